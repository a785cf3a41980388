"""The nightly audit in Dagster: a job of one step, beside the assets, and its schedule."""

# No `from __future__ import annotations` here: Dagster reads the annotations of ops as objects.
import dagster as dg

from orchestration.build.run import BuildRun
from orchestration.definitions.home_lock import POOL, HomeLock, step
from orchestration.watch.alerts import Alerts
from orchestration.watch.whole_audit import audit_whole


@dg.op(name="audit_every_row", pool=POOL)
def audit_every_row(
    context: dg.OpExecutionContext,
    build: dg.ResourceParam[BuildRun],
    home_lock: dg.ResourceParam[HomeLock],
) -> int:
    """Test and check every row of the published build; return how many tests and checks there were.

    The run fails if a red one forbids publishing.
    """
    with step(context, home_lock):
        found = audit_whole(build.home, build.config, build.progress)
    Alerts(build.home, context.log.warning).after_audit(found.checks)
    for check in found.checks:
        if not check.passed:
            context.log.warning(f"{check.check_name}: {check.message}")
    if found.broken:
        names = ", ".join(check.check_name for check in found.broken)
        raise dg.Failure(
            f"build {found.build_id} is wrong: {names}. Launch the job `build`", allow_retries=False
        )
    return len(found.checks)


@dg.job(
    name="whole_audit",
    description="Tests and checks every row of the published build, not only what the last build changed.",
)
def whole_audit() -> None:
    """Audit every row; nothing is built."""
    audit_every_row()


nightly_audit = dg.ScheduleDefinition(
    name="nightly_audit",
    job=whole_audit,
    cron_schedule="0 1 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="At 01:00 UTC: every test and check over every row.",
)
