"""When builds run.

Belongs here: jobs and schedules. Does not belong here: what they run (`assets.py`).
"""

import dagster as dg

from orchestration.build.run import BuildRun, Options
from orchestration.settings import Settings

BUILD = "build"

#: Reads whatever is new, on any day, and publishes. A range of days in one run: set `from_day` and `to_day`
#: of the resource `build` in the launchpad.
build_job = dg.define_asset_job(
    BUILD,
    selection=dg.AssetSelection.all(),
    description="Land what is new, transform, audit, publish. For some days only: from_day and to_day.",
)


def daily_build(settings: Settings) -> dg.ScheduleDefinition:
    """Build every morning, if anything has arrived.

    Stopped until somebody starts it: a laptop that opens Dagster should not begin to build by itself.
    """

    @dg.schedule(
        name="daily_build",
        job=build_job,
        cron_schedule="0 4 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="At 04:00 UTC, when yesterday's files have arrived; skipped where nothing has.",
    )
    def schedule() -> dg.RunRequest | dg.SkipReason:
        """Look before building."""
        if BuildRun(settings, Options(), progress=lambda _: None).is_up_to_date():
            return dg.SkipReason("nothing new in the landing zone")
        return dg.RunRequest()

    return schedule
