"""The assets: landed feeds, raw relations, dbt's tables, the published build, and the checks on them.

Belongs here: what Dagster sees of each step, and how its results read there. Does not belong here: the steps
themselves (`run.py`), jobs and schedules (`definitions.py`).
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of ops as objects.
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import dagster as dg

from expectations import CheckResult
from expectations.suites import CHECKS
from ingestion.landing.feed import Feed
from orchestration.build import arrival_checks, intake
from orchestration.build.run import BuildRun

#: A file may carry any arrival day; Dagster shows those from here on as partitions.
ARRIVAL_DAYS = dg.DailyPartitionsDefinition(start_date="2010-01-01")

#: Everything that writes to the home shares one pool: with a limit of one, one run at a time.
POOL = "touchpoint_home"

#: Files arrive daily: what readers see is old news after a day and a morning, and wrong after two days.
_DAILY = dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=30), fail_window=timedelta(hours=48))

PUBLISHED = dg.AssetKey("published")
AUDIT = "audit"

Build = dg.ResourceParam[BuildRun]


def landed_key(feed: str) -> dg.AssetKey:
    """Asset of the files of one feed."""
    return dg.AssetKey(["landed", feed])


def raw_key(relation: str) -> dg.AssetKey:
    """Asset of one raw relation: the key of the dbt source of that name."""
    return dg.AssetKey(["raw", relation])


def table_key(table: str) -> dg.AssetKey:
    """Asset of a table given as `schema.table`."""
    return dg.AssetKey(table.split("."))


def landing_assets(feeds: Sequence[Feed]) -> dg.AssetsDefinition:
    """One asset per feed, a partition per arrival day; whatever range a run asks for is read at once."""

    @dg.multi_asset(
        name="land",
        specs=[
            dg.AssetSpec(
                landed_key(feed.name),
                description=f"Files of the feed {feed.name}, read by the {feed.adapter} adapter.",
                partitions_def=ARRIVAL_DAYS,
                group_name="landing",
                kinds={"python", "parquet"},
            )
            for feed in feeds
        ],
        check_specs=[
            dg.AssetCheckSpec(name, asset=landed_key(feed.name))
            for feed in feeds
            for name in arrival_checks.NAMES
        ],
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=POOL,
    )
    def land(context: dg.AssetExecutionContext, build: Build) -> Iterator[Any]:
        """Read what is new in the landing zone."""
        chosen = [feed.name for feed in feeds if landed_key(feed.name) in context.selected_asset_keys]
        from_day, to_day = _days_of(context)
        build.land(chosen if len(chosen) < len(feeds) else None, from_day, to_day)
        files = [file for file in build.new_files() if file.feed in chosen]
        if from_day is None:
            yield from _days_with_new_files(context, files)
        for feed in chosen:
            yield dg.MaterializeResult(landed_key(feed))
        results = {check.check_name: check for check in arrival_checks.checks(files, chosen)}
        for key in context.selected_asset_check_keys:
            yield check_result(key, results[arrival_checks.check_name(key.asset_key.path[-1], key.name)])

    return land


def raw_assets(feeds: Sequence[Feed], relations: Sequence[str]) -> dg.AssetsDefinition:
    """One asset per raw relation that dbt reads, downstream of every feed that lands in it."""

    @dg.multi_asset(
        name="expose",
        specs=[
            dg.AssetSpec(
                raw_key(relation),
                deps=[landed_key(feed.name) for feed in feeds if intake.lands_in(feed, relation)],
                group_name="raw",
                kinds={"duckdb"},
            )
            for relation in relations
        ],
        can_subset=True,
        pool=POOL,
    )
    def expose(context: dg.AssetExecutionContext, build: Build) -> Iterator[Any]:
        """Show dbt the rows of new files, or of all files where everything is made anew."""
        build.expose()
        for key in sorted(context.selected_asset_keys):
            yield dg.MaterializeResult(key)

    return expose


def audit_checks(tables: set[dg.AssetKey]) -> dg.AssetChecksDefinition:
    """Great Expectations' verdicts, on the table each is about; a red audit check blocks what follows."""
    specs = [
        dg.AssetCheckSpec(
            check.name,
            asset=table_key(check.table),
            description=f"{check.promise}. {check.if_broken}",
            blocking=check.kind == "audit",
        )
        for check in CHECKS
        if table_key(check.table) in tables
    ]

    @dg.multi_asset_check(name=AUDIT, specs=specs, can_subset=True, pool=POOL)
    def audit(context: dg.AssetCheckExecutionContext, build: Build) -> Iterator[dg.AssetCheckResult]:
        """Check the build before it may be published."""
        results = {(check.table_name, check.check_name): check for check in build.audit()}
        for key in sorted(context.selected_asset_check_keys):
            yield check_result(key, results[".".join(key.asset_key.path), key.name])

    return audit


def published_asset(tables: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """What readers see, behind every table that is in it."""

    @dg.asset(
        key=PUBLISHED,
        deps=tables,
        group_name="published",
        description="The folder that readers see: database, Parquet copies, Data Docs.",
        kinds={"duckdb", "parquet"},
        freshness_policy=_DAILY,
        pool=POOL,
    )
    def published(build: Build) -> dg.MaterializeResult[Any]:
        """Put the build in front of readers, unless a check forbids it."""
        folder = build.publish()
        red = ", ".join(check.check_name for check in build.red)
        return dg.MaterializeResult(
            metadata={"folder": dg.MetadataValue.path(folder), "red checks": red or "none"}
        )

    return published


def check_result(key: dg.AssetCheckKey, check: CheckResult) -> dg.AssetCheckResult:
    """Say a verdict in Dagster's words: a red arrival check is a warning."""
    return dg.AssetCheckResult(
        passed=check.passed,
        asset_key=key.asset_key,
        check_name=key.name,
        severity=dg.AssetCheckSeverity.ERROR if check.kind == "audit" else dg.AssetCheckSeverity.WARN,
        description=check.message,
        metadata={"observed": check.observed, "expected": check.expected},
    )


def _days_with_new_files(
    context: dg.AssetExecutionContext, files: Sequence[arrival_checks.NewFile]
) -> Iterator[Any]:
    """Report a partition only where files came: an event each costs Dagster time."""
    for (feed, day), of_day in groupby(files, key=lambda file: (file.feed, file.arrival_date)):
        group = list(of_day)
        context.log_event(
            dg.AssetMaterialization(
                landed_key(feed),
                partition=day.isoformat(),
                metadata={
                    "files": len(group),
                    "records read": sum(file.records_read for file in group),
                    "quarantined": sum(file.quarantined for file in group),
                },
            )
        )
    yield from ()


def _days_of(context: dg.AssetExecutionContext) -> tuple[date | None, date | None]:
    """First and last day of the partitions a run is for; nothing where it is for whatever is new."""
    if not context.has_partition_key and not context.has_partition_key_range:
        return None, None
    window = context.partition_time_window
    return window.start.date(), (window.end - timedelta(days=1)).date()
