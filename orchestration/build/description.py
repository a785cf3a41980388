"""What a published build says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from expectations import CheckResult
from orchestration.build.intake import ArrivalDays
from orchestration.build.plan import Plan
from orchestration.publish.publish import BuildInfo
from orchestration.settings import VERSION


def describe(plan: Plan, checks: Sequence[CheckResult], days: ArrivalDays, time_zone: str) -> BuildInfo:
    """Return the row of `marts.build_info` for a build that is published now.

    days: of all files that were ever read. time_zone: in which days of reports begin.
    """
    audits = [check for check in checks if check.kind == "audit"]
    arrivals = [check for check in checks if check.kind == "arrival"]
    return BuildInfo(
        build_id=plan.build_id,
        built_at=datetime.now(UTC),
        as_of_date=days.last,
        first_arrival_date=days.first,
        last_arrival_date=days.last,
        arrival_days=days.days,
        files=days.files,
        reporting_time_zone=time_zone,
        is_full_refresh=plan.full_refresh,
        audit_checks=len(audits),
        audit_failed=sum(not check.passed for check in audits),
        arrival_checks=len(arrivals),
        arrival_failed=sum(not check.passed for check in arrivals),
        touchpoint_version=VERSION,
    )
