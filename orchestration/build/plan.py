"""The plan of a build: how much it has to rebuild, decided from the ledger's table of earlier builds.

A build's row goes through these states: `building`, `rebuilding` or `partly` (dbt is at work: adding to what
is there, making everything anew, or making some tables only), `transformed` (the build files agree with the
fingerprint), then `published` or `audit_red`. The row of a killed build keeps its state, by which the next
build recognises it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

BUILDING = "building"
REBUILDING = "rebuilding"
#: Only some tables were built; their change logs may be missing, so the next build is a full one.
PARTLY = "partly"
TRANSFORMED = "transformed"
AUDIT_RED = "audit_red"
PUBLISHED = "published"

#: Letters of a build id after its time. No digits, which Great Expectations would read as an offset of the
#: time; no vowels, so that no words appear.
_LETTERS = "bcdfghjkmnpqrstvwxz"

#: States after which the build files are sound. After a red audit they are not: a build that only adds would
#: keep for ever what is wrong in them.
_COMPLETE = frozenset({TRANSFORMED, PUBLISHED})


@dataclass(frozen=True)
class BuildRow:
    """One row of the ledger's table of builds."""

    build_id: str
    fingerprint: str
    state: str


@dataclass(frozen=True)
class Plan:
    """What the current build will do."""

    build_id: str
    fingerprint: str
    full_refresh: bool
    resume_interrupted_build: bool


def new_build_id(now: datetime | None = None) -> str:
    """Return a new build id: unique, and sorted by time."""
    now = now or datetime.now(UTC)
    suffix = "".join(secrets.choice(_LETTERS) for _ in range(4))
    return f"{now:%Y%m%dT%H%M%SZ}-{suffix}"


def decide(
    rows: Sequence[BuildRow], fingerprint: str, *, has_build_files: bool, asked_full_refresh: bool
) -> Plan:
    """Return the plan of the next build. rows: earlier builds, newest first.

    The build may add to the existing tables only if the last completed build had the same fingerprint, and no
    build since then began a full rebuild, built only some tables, had a red audit or another fingerprint.
    """
    since_complete: list[BuildRow] = []
    last_complete: BuildRow | None = None
    for row in rows:
        if row.state in _COMPLETE:
            last_complete = row
            break
        since_complete.append(row)
    is_sound = (
        has_build_files
        and last_complete is not None
        and last_complete.fingerprint == fingerprint
        and all(row.fingerprint == fingerprint and row.state == BUILDING for row in since_complete)
    )
    return Plan(
        build_id=new_build_id(),
        fingerprint=fingerprint,
        full_refresh=asked_full_refresh or not is_sound,
        resume_interrupted_build=bool(rows) and rows[0].state != PUBLISHED,
    )


def earlier_builds(ledger: duckdb.DuckDBPyConnection) -> list[BuildRow]:
    """Return the ledger's rows of builds, newest first."""
    rows = ledger.execute(
        "select build_id, fingerprint, state from builds order by started_at desc, build_id desc"
    ).fetchall()
    return [BuildRow(*row) for row in rows]


def state_of(ledger: duckdb.DuckDBPyConnection, build_id: str) -> str | None:
    """Return the state of a build; None if the ledger does not know it."""
    row = ledger.execute("select state from builds where build_id = ?", [build_id]).fetchone()
    return row[0] if row else None


def begin(ledger: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Record in the ledger that dbt is about to change the build files.

    Its time is after the last build's, even if the clock was set back.
    """
    ledger.execute(
        """
        insert into builds (build_id, fingerprint, started_at, state)
        select ?, ?, greatest(?::timestamptz, max(started_at) + interval 1 microsecond), ? from builds
        """,
        [
            plan.build_id,
            plan.fingerprint,
            datetime.now(UTC),
            REBUILDING if plan.full_refresh else BUILDING,
        ],
    )


def reach(ledger: duckdb.DuckDBPyConnection, build_id: str, state: str) -> None:
    """Record a build's new state in the ledger."""
    finished_at = datetime.now(UTC) if state in (PUBLISHED, AUDIT_RED) else None
    ledger.execute(
        "update builds set state = ?, finished_at = ? where build_id = ?", [state, finished_at, build_id]
    )
