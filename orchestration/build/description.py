"""Describes a build that is about to be published: its arrival days, its files, how many checks failed.

Belongs here: the values of `marts.build_info`. Does not belong here: its columns (`publish/build_info.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from expectations import CheckResult
from orchestration.build.plan import Plan
from orchestration.publish.build_info import BuildInfo
from orchestration.settings import VERSION


@dataclass(frozen=True)
class ArrivalDays:
    """The arrival days of all files that were ever read."""

    first: date | None
    last: date | None
    days: int
    files: int


def arrival_days(connection: duckdb.DuckDBPyConnection) -> ArrivalDays:
    """Return the arrival days of files that were ever read, and their counts."""
    row = connection.execute(
        "select min(arrival_date), max(arrival_date), count(distinct arrival_date), count(*) from files"
    ).fetchone()
    return ArrivalDays(*row) if row else ArrivalDays(None, None, 0, 0)


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
