"""How much a build redoes, given the builds before it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.ledger import Ledger
from orchestration.build import plan as planning
from orchestration.build.plan import (
    AUDIT_RED,
    BUILDING,
    PARTLY,
    PUBLISHED,
    REBUILDING,
    TRANSFORMED,
    BuildRow,
    decide,
)

NOW, THEN = "rules of today", "rules of yesterday"


def rows(*states: str) -> list[BuildRow]:
    """Builds newest first; a state with a star was made with other rules."""
    return [
        BuildRow(f"b{len(states) - i}", THEN if state.endswith("*") else NOW, state.rstrip("*"))
        for i, state in enumerate(states)
    ]


@pytest.mark.parametrize(
    ("states", "full_refresh", "resume"),
    [
        ([], True, False),
        ([PUBLISHED], False, False),
        ([AUDIT_RED, PUBLISHED], True, True),
        ([BUILDING, PUBLISHED], False, True),
        ([TRANSFORMED, PUBLISHED], False, True),
        ([BUILDING, BUILDING, TRANSFORMED], False, True),
        ([REBUILDING, PUBLISHED], True, True),
        ([BUILDING, REBUILDING, PUBLISHED], True, True),
        ([PUBLISHED, REBUILDING], False, False),
        ([PARTLY, PUBLISHED], True, True),
        ([BUILDING, PARTLY, PUBLISHED], True, True),
        ([PUBLISHED, PARTLY], False, False),
        ([PUBLISHED + "*"], True, False),
        ([AUDIT_RED + "*", PUBLISHED], True, True),
        ([BUILDING + "*", PUBLISHED], True, True),
        ([TRANSFORMED, REBUILDING, PUBLISHED + "*"], False, True),
        ([BUILDING], True, True),
    ],
)
def test_a_build_redoes_what_earlier_ones_left_open(
    states: list[str], full_refresh: bool, resume: bool
) -> None:
    plan = decide(rows(*states), NOW, has_build_files=True, asked_full_refresh=False)
    assert (plan.full_refresh, plan.resume_interrupted_build) == (full_refresh, resume)


def test_without_build_files_everything_is_made_anew() -> None:
    assert decide(rows(PUBLISHED), NOW, has_build_files=False, asked_full_refresh=False).full_refresh


def test_whoever_asks_for_a_full_refresh_gets_it() -> None:
    assert decide(rows(PUBLISHED), NOW, has_build_files=True, asked_full_refresh=True).full_refresh


def test_build_ids_sort_by_time_and_differ() -> None:
    first = decide([], NOW, has_build_files=False, asked_full_refresh=False).build_id
    second = decide([], NOW, has_build_files=False, asked_full_refresh=False).build_id
    assert first != second
    assert first[:15] <= second[:15]


def test_a_clock_that_was_set_back_hides_no_killed_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        hour_now = 12

        @classmethod
        def now(cls, _zone: object = None) -> Clock:
            return cls(2026, 3, 1, cls.hour_now, tzinfo=UTC)

    monkeypatch.setattr(planning, "datetime", Clock)
    with Ledger(tmp_path) as ledger:
        for Clock.hour_now, state in ((12, PUBLISHED), (11, REBUILDING)):
            plan = decide([], NOW, has_build_files=True, asked_full_refresh=False)
            planning.begin(ledger.connection, plan)
            planning.reach(ledger.connection, plan.build_id, state)
        rows = planning.earlier_builds(ledger.connection)
    assert [row.state for row in rows] == [REBUILDING, PUBLISHED]
