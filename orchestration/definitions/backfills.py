"""Backfills from Dagster's UI: an asset with a partition per arrival day, of which one run reads many.

It is a whole build of the days chosen. The job `build` needs it not: it reads every day's unread files.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of ops as objects.
import warnings
from dataclasses import replace
from datetime import date
from typing import Any

import dagster as dg

from orchestration.build.run import BuildRun
from orchestration.definitions.home_lock import OWNERS, POOL, HomeLock, step
from orchestration.watch.alerts import Alerts
from orchestration.watch.figures import write_figures

#: No e-mail or web log that anybody backfills is older.
_FIRST_DAY = "2010-01-01"


def _of_days() -> Any:
    """Return the decorator of the asset; silence Dagster's warning that backfill policies are in beta."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.asset(
            name="backfill",
            partitions_def=dg.DailyPartitionsDefinition(start_date=_FIRST_DAY, timezone="UTC", end_offset=1),
            backfill_policy=dg.BackfillPolicy.single_run(),
            group_name="backfill",
            owners=OWNERS,
            description="Reads what arrived on the days chosen and was not read yet, and publishes: one"
            " run for all days that follow each other.",
            kinds={"duckdb", "parquet"},
            pool=POOL,
        )


@_of_days()
def backfill(
    context: dg.AssetExecutionContext,
    build: dg.ResourceParam[BuildRun],
    home_lock: dg.ResourceParam[HomeLock],
) -> dg.MaterializeResult[Any]:
    """Build what arrived on the run's days."""
    days = [date.fromisoformat(key) for key in context.partition_keys]
    with step(context, home_lock):
        options = replace(build.options, from_day=min(days), to_day=max(days))
        run = BuildRun(build.settings, options, build.progress, config=build.config)
        if run.is_up_to_date():
            context.log.info("nothing new on these days; the published build stays as it is")
            return dg.MaterializeResult(metadata={"new files": 0})
        run.parse_project()
        done = run.take_all_steps()
    Alerts(run.home, context.log.warning).after_build(done.checks, done.undelivered)
    write_figures(run.home)
    return dg.MaterializeResult(
        metadata={"new files": done.counts.files, "records read": done.counts.read, "build": done.build_id}
    )
