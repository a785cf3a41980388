"""When builds run: the job, the morning schedule, and the sensors of new files and of failed runs.

No build starts by itself until somebody switches on the schedule or the sensor in Dagster: opening Dagster on
a laptop must not start one.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from orchestration.build import intake
from orchestration.build.run import is_up_to_date
from orchestration.home import Home, lock
from orchestration.settings import Settings, hours_without_build
from orchestration.watch.alerts import Alerts

BUILD = "build"
BUILD_DAYS = "build_days"
NOTHING_NEW = "nothing new in the landing zone"

build_job = dg.define_asset_job(
    BUILD,
    description="Read what is new on any day, transform, audit, publish: what `Materialize all` does.",
)


@dg.config_mapping(
    config_schema={
        "from_day": dg.Field(str, description="First arrival day to read, as 2026-01-31."),
        "to_day": dg.Field(str, description="Last arrival day to read."),
    }
)
def _of_days(config: dict[str, str]) -> dict[str, Any]:
    """Return the configuration of a build of some days; the resource checks that they make a range."""
    return {"resources": {"build": {"config": {**config}}}}


#: A backfill. It has no partitions, which would make Dagster ask for days whenever all assets are made.
build_days_job = dg.define_asset_job(
    BUILD_DAYS,
    config=_of_days,
    description="Build what arrived from one day to another and was not read yet, in one run.",
)


def daily_build(settings: Settings) -> dg.ScheduleDefinition:
    """Return the schedule that builds every morning if new files have arrived."""

    @dg.schedule(
        name="daily_build",
        job=build_job,
        cron_schedule="0 4 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="At 04:00 UTC, when yesterday's files have arrived; skipped where nothing has.",
    )
    def schedule() -> dg.RunRequest | dg.SkipReason:
        """Request a run if the landing zone has new files, or a server may miss the published build."""
        if intake.configuration(settings.config).publish or not is_up_to_date(settings):
            return dg.RunRequest()
        Alerts(Home(settings.home), dg.get_dagster_logger().warning).after_nothing_new()
        return dg.SkipReason(NOTHING_NEW)

    return schedule


def landing_sensor(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor that starts a build when new files arrive."""

    @dg.sensor(
        name="new_files",
        job=build_job,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Builds when files arrive; once a day for the same files, if that build fails.",
    )
    def sensor() -> dg.RunRequest | dg.SkipReason:
        """Request a run if names, sizes or times of the landing zone's files have changed."""
        if pid := lock.holder(Home(settings.home).lock):
            return dg.SkipReason(f"process {pid} is building")
        if is_up_to_date(settings):
            return dg.SkipReason(NOTHING_NEW)
        # What failed today, for example because a bucket did not answer for hours, is tried again tomorrow.
        return dg.RunRequest(run_key=f"{intake.landing_digest(settings)}-{datetime.now(UTC):%Y-%m-%d}")

    return sensor


@dg.run_failure_sensor(
    name="failed_builds",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Logs what failed, and tells the addresses in TOUCHPOINT_ALERTS once.",
)
def failure_sensor(context: dg.RunFailureSensorContext) -> None:
    """Log, and alert people to, which run failed, at which step and why."""
    reasons = [
        f"{event.step_key}: {_words(event.step_failure_data.error.message)}"
        for event in context.get_step_failure_events()
        if event.step_failure_data.error
    ]
    why = " ".join(reasons) or str(context.failure_event.message)
    where = f"Run {context.dagster_run.run_id} in Dagster."
    context.log.error(f"{why} {where}")
    Alerts(Home(Settings.from_environment().home), context.log.warning).after_failure(why, where)


def _words(error: str) -> str:
    """Return an error's message in one line, without the name of Dagster's class."""
    return re.sub(r"^dagster\.[\w.]+: ", "", " ".join(error.split()))


def overdue_sensor(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor that alerts people if no build finished in time, or a feed is silent."""

    @dg.sensor(
        name="overdue_builds",
        minimum_interval_seconds=900,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the addresses in TOUCHPOINT_ALERTS where no build came to its end for"
        " TOUCHPOINT_ALERT_HOURS (26), or a feed is silent for longer than its rhythm explains.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        """Check when a build last finished and when feeds last came; alert people if that is too long ago."""
        alerts = Alerts(Home(settings.home), context.log.warning)
        wrong = alerts.watch(timedelta(hours=hours_without_build()), is_up_to_date=is_up_to_date(settings))
        return dg.SkipReason("; ".join(wrong) or "nothing is wrong, or nobody is to be told")

    return sensor
