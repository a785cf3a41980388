"""The assets: delivered and landed files, raw relations, the published build, and the checks on them.

The steps themselves are in `build/run.py`; this module defines what Dagster shows of them.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of ops as objects.
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from expectations import CheckResult
from expectations.check import blocks_publishing
from expectations.suites import CHECKS
from ingestion.landing.feed import Feed
from orchestration.build import intake
from orchestration.build.landing import ledger_checks
from orchestration.build.run import BuildRun
from orchestration.definitions.home_lock import OWNERS, POOL, HomeLock, plain_failures, step
from orchestration.errors import HomeIsBusyError
from orchestration.watch.alerts import Alerts
from orchestration.watch.figures import write_figures

#: Files arrive daily: the published build is overdue after a day and a morning (a warning), and after two
#: days (a failure).
_DAILY = dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=30), fail_window=timedelta(hours=48))

PUBLISHED = dg.AssetKey("published")
AUDIT = "audit"
#: Check on what is published: red where a server of `publish` in touchpoint.yml misses it.
DELIVERED = "is_on_every_server"

Build = dg.ResourceParam[BuildRun]
Lock = dg.ResourceParam[HomeLock]


def arrival_days(feed: str) -> dg.DynamicPartitionsDefinition:
    """Return the partitions of a feed: the days on which its files arrived, and no others."""
    return dg.DynamicPartitionsDefinition(name=f"arrival_days_of_{feed}")


def delivered_key(feed: str) -> dg.AssetKey:
    """Return the key of the asset of a feed's delivered files, by arrival day."""
    return dg.AssetKey(["delivered", feed])


def landed_key(feed: str) -> dg.AssetKey:
    """Return the key of the asset of a feed's landed files."""
    return dg.AssetKey(["landed", feed])


def raw_key(relation: str) -> dg.AssetKey:
    """Return the key of the asset of a raw relation, which is that of the dbt source of this name."""
    return dg.AssetKey(["raw", relation])


def table_key(table: str) -> dg.AssetKey:
    """Return the key of the asset of a table given as `schema.table`."""
    return dg.AssetKey(table.split("."))


def delivered_files(feeds: Sequence[Feed]) -> list[dg.AssetSpec]:
    """Return one external asset per feed: its files in the landing zone, with a partition per arrival day.

    Downstream assets have no partitions, so that nobody has to choose days for a build of what is new.
    """
    return [
        dg.AssetSpec(
            delivered_key(feed.name),
            description=f"Files of the feed {feed.name} in the landing zone; reported when they are read.",
            partitions_def=arrival_days(feed.name),
            group_name="landing",
            owners=OWNERS,
            kinds={"file"},
        )
        for feed in feeds
    ]


def landing_assets(feeds: Sequence[Feed]) -> dg.AssetsDefinition:
    """Return one asset per feed: its files, read into raw Parquet."""

    @dg.multi_asset(
        name="land",
        specs=[
            dg.AssetSpec(
                landed_key(feed.name),
                deps=[delivered_key(feed.name)],
                description=f"Files of the feed {feed.name}, read by the {feed.adapter} adapter.",
                group_name="landing",
                owners=OWNERS,
                kinds={"python", "parquet"},
            )
            for feed in feeds
        ],
        check_specs=[
            dg.AssetCheckSpec(name, asset=landed_key(feed.name))
            for feed in feeds
            for name in ledger_checks.NAMES
        ],
        can_subset=True,
        pool=POOL,
    )
    def land(context: dg.AssetExecutionContext, build: Build, home_lock: Lock) -> Iterator[Any]:
        """Read new files of the landing zone; in a build of all assets, skip all steps if nothing is new."""
        chosen = [feed.name for feed in feeds if landed_key(feed.name) in context.selected_asset_keys]
        with plain_failures(context):
            if _is_skipped(context, build, home_lock):
                return
            build.land(chosen if len(chosen) < len(feeds) else None)
            files = [file for file in build.new_files() if file.feed in chosen]
        _report_arrival_days(context, build, chosen)
        for feed in chosen:
            of_feed = [file for file in files if file.feed == feed]
            yield dg.MaterializeResult(
                landed_key(feed),
                metadata={
                    "new files": len(of_feed),
                    "records read": sum(file.records_read for file in of_feed),
                    "quarantined": sum(file.quarantined for file in of_feed),
                },
            )
        results = {check.check_name: check for check in ledger_checks.checks(files, chosen)}
        for key in context.selected_asset_check_keys:
            yield check_result(key, results[ledger_checks.check_name(key.asset_key.path[-1], key.name)])

    return land


def raw_assets(feeds: Sequence[Feed], relations: Sequence[str]) -> dg.AssetsDefinition:
    """Return one asset per raw relation that dbt reads, downstream of every feed that lands in it."""

    @dg.multi_asset(
        name="expose",
        specs=[
            dg.AssetSpec(
                raw_key(relation),
                deps=[landed_key(feed.name) for feed in feeds if intake.lands_in(feed, relation)],
                description=f"Rows of the new files in the relation {relation}, as the dbt models read them.",
                group_name="raw",
                owners=OWNERS,
                kinds={"duckdb"},
            )
            for relation in relations
        ],
        can_subset=True,
        pool=POOL,
    )
    def expose(context: dg.AssetExecutionContext, build: Build, home_lock: Lock) -> Iterator[Any]:
        """Create the raw relations with rows of new files, or of all files in a full rebuild."""
        with step(context, home_lock):
            build.expose()
        for key in sorted(context.selected_asset_keys):
            yield dg.MaterializeResult(key)

    return expose


def audit_checks(tables: set[dg.AssetKey]) -> dg.AssetChecksDefinition:
    """Return the asset checks by Great Expectations, each on its table.

    A red audit check blocks downstream assets.
    """
    specs = [
        dg.AssetCheckSpec(
            check.name,
            asset=table_key(check.table),
            description=f"{check.promise}. {check.if_broken}",
            blocking=blocks_publishing(check),
        )
        for check in CHECKS
        if table_key(check.table) in tables
    ]

    @dg.multi_asset_check(name=AUDIT, specs=specs, can_subset=True, pool=POOL)
    def audit(
        context: dg.AssetCheckExecutionContext, build: Build, home_lock: Lock
    ) -> Iterator[dg.AssetCheckResult]:
        """Audit the build before it is published."""
        with step(context, home_lock):
            results = {(check.table_name, check.check_name): check for check in build.audit()}
        pages = dg.MetadataValue.path(str(build.home.data_docs / "index.html"))
        for key in sorted(context.selected_asset_check_keys):
            yield check_result(key, results[".".join(key.asset_key.path), key.name], {"Data Docs": pages})

    return audit


def published_asset(tables: Sequence[dg.AssetKey], *, has_targets: bool) -> dg.AssetsDefinition:
    """Return the asset of the published build, downstream of every table in it.

    has_targets: whether builds are copied to servers; then the asset has a check of that.
    """
    delivered = dg.AssetCheckSpec(
        DELIVERED, asset=PUBLISHED, description="Every server that touchpoint.yml names has the build."
    )

    @dg.asset(
        key=PUBLISHED,
        deps=tables,
        group_name="published",
        owners=OWNERS,
        description="The folder that readers see: database, Parquet copies, Data Docs.",
        kinds={"duckdb", "parquet"},
        freshness_policy=_DAILY,
        check_specs=[delivered] if has_targets else None,
        pool=POOL,
    )
    def published(
        context: dg.AssetExecutionContext, build: Build, home_lock: Lock
    ) -> dg.MaterializeResult[Any]:
        """Publish the build, unless a check forbids it."""
        with step(context, home_lock):
            done = build.publish()
        Alerts(build.home, context.log.warning).after_build(done.checks, done.undelivered)
        write_figures(build.home)
        red = ", ".join(check.check_name for check in done.checks if not check.passed)
        return dg.MaterializeResult(
            metadata={
                "build": done.build_id,
                "folder": dg.MetadataValue.path(str(done.folder)),
                "Data Docs": dg.MetadataValue.path(str(done.folder / "data_docs" / "index.html")),
                "red checks": red or "none",
            },
            check_results=[_delivered_result(done.undelivered)] if has_targets else [],
        )

    return published


def check_result(
    key: dg.AssetCheckKey, check: CheckResult, more: dict[str, Any] | None = None
) -> dg.AssetCheckResult:
    """Return a check's verdict as Dagster's result: a red arrival check is a warning."""
    return dg.AssetCheckResult(
        passed=check.passed,
        asset_key=key.asset_key,
        check_name=key.name,
        severity=dg.AssetCheckSeverity.ERROR if blocks_publishing(check) else dg.AssetCheckSeverity.WARN,
        description=check.message,
        metadata={"observed": check.observed, "expected": check.expected, **(more or {})},
    )


def _delivered_result(undelivered: Sequence[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not undelivered, check_name=DELIVERED, description="\n".join(undelivered) or None
    )


def _is_skipped(context: dg.AssetExecutionContext, build: BuildRun, home_lock: HomeLock) -> bool:
    """Take the home's lock.

    Return whether all steps are skipped, because a build of all assets has nothing to do or the home is busy.
    """
    is_whole_build = not context.run.asset_selection or PUBLISHED in context.run.asset_selection
    try:
        home_lock.take(context)
    except HomeIsBusyError as error:
        if not is_whole_build:
            raise
        context.log.warning(f"skipped: {error}")
        return True
    if is_whole_build and not build.is_landing_ahead and build.is_up_to_date():
        undelivered = build.deliver()
        Alerts(build.home, context.log.warning).after_nothing_new(undelivered)
        for said in undelivered:
            context.log.error(said)
        context.log.info("skipped: nothing new in the landing zone; the published build stays as it is")
        return True
    return False


def _report_arrival_days(context: dg.AssetExecutionContext, run: BuildRun, feeds: Sequence[str]) -> None:
    """Report to Dagster the partitions that got files now, and those that its instance does not know yet."""
    known = {feed: set(context.instance.get_dynamic_partitions(arrival_days(feed).name)) for feed in feeds}
    with intake.open_ledger(run.home) as ledger:
        days = intake.delivered_days(ledger)
    for feed, day, files, records, quarantined, is_new in days:
        is_unknown = day not in known.get(feed, ()) and not context.instance.is_ephemeral
        if feed not in known or not (is_new or is_unknown):
            continue
        if day not in known[feed]:
            context.instance.add_dynamic_partitions(arrival_days(feed).name, [day])
        context.log_event(
            dg.AssetMaterialization(
                delivered_key(feed),
                partition=day,
                metadata={"files": files, "records read": records, "quarantined": quarantined},
            )
        )
