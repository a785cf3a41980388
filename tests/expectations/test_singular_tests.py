"""The SQL tests of the dbt project can fail: one change to a sound build makes each return rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import jinja2
import pytest

from tests.expectations.breaks import EVENTS, MARTS, MESSAGES
from tests.expectations.conftest import Build

TESTS = Path(__file__).parents[2] / "dbt_project" / "tests"

#: What breaks each test.
CHANGES = {
    "assert_email_messages_dated_by_first_attempt": (
        f"update {MESSAGES} set send_date = send_date + 1 where message_key = 'm0005'",
    ),
    "assert_email_unique_counts_are_additive": (
        f"update {MARTS}.mart_email_kpis_daily set clicked_unique = clicked_unique + 1"
        " where email_id = 'e0' and tile_id = 't0' and send_date = date '2026-01-03'",
    ),
    "assert_journey_tiles_add_up": (
        f"update {MARTS}.mart_journey_tile_blocked set passes = passes + 1 where tile_id = 't1'",
    ),
    "assert_journeys_add_up": (
        f"update {MARTS}.mart_journey_kpis set stopped = stopped + 1 where journey_id = 'j0'",
    ),
}


def rows(build: Build, name: str) -> list[tuple[object, ...]]:
    """What a test finds, its SQL read as dbt does for a reporting time zone of UTC."""
    template = jinja2.Template((TESTS / f"{name}.sql").read_text(encoding="utf-8"))
    sql = template.render(
        ref=lambda model: f"{MARTS}.{model}", reporting_date=lambda sql: f"cast({sql} as date)"
    )
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{build.folder / 'insights.duckdb'}' as insights (read_only)")
        return connection.execute(sql).fetchall()


def test_every_singular_test_has_a_change_that_breaks_it() -> None:
    assert {path.stem for path in TESTS.glob("assert_*.sql")} == set(CHANGES)


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_sound_build_passes(sound_build: Build, name: str) -> None:
    assert rows(sound_build, name) == []


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_breaks_it(changed_build: Callable[..., Build], name: str) -> None:
    assert rows(changed_build(CHANGES[name]), name)


def test_a_message_never_attempted_is_dated_by_its_first_event(
    changed_build: Callable[..., Build],
) -> None:
    name = "assert_email_messages_dated_by_first_attempt"
    build = changed_build(
        [
            f"update {EVENTS} set interaction_type = 'email_deferred' where interaction_id = 'm0005-0'",
            f"update {MESSAGES} set send_date = null where message_key = 'm0004'",
        ]
    )
    assert [row[0] for row in rows(build, name)] == ["m0004"]
