"""The SQL tests of the dbt project can fail: one change to a sound build makes each return rows."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import jinja2
import pytest

from tests.expectations.breaks.sql import delete, first, update
from tests.expectations.conftest import Build
from tests.harness.paths import CHECKOUT

TESTS = CHECKOUT / "dbt_project" / "tests"
VOLUMES, JOURNEYS, MESSAGES = "mart_journey_tile_volumes", "mart_journey_kpis", "fct_email_messages"
BLOCKED = "delivery_status = 'blocked'"

#: What breaks each test.
CHANGES = {
    "assert_email_messages_dated_by_first_attempt": [
        update(MESSAGES, "send_date = send_date + 1"),
        # One that was never sent is dated by its first event.
        f"delete from fct_email_events where interaction_type = 'email_sent' and message_key ="
        f" (select message_key from {MESSAGES} where {first(MESSAGES, BLOCKED)});"
        + update(MESSAGES, "send_date = null", BLOCKED),
    ],
    "assert_email_unique_counts_are_additive": [
        update("mart_email_kpis_daily", "clicked_unique = clicked_unique + 1")
    ],
    "assert_journey_tiles_add_up": [
        update(VOLUMES, "processing = processing + 1"),
        update(VOLUMES, "inflow = inflow + 1, failed = failed + 1"),
        delete(VOLUMES),
        delete("mart_journey_tile_paths"),
        update("mart_journey_tile_blocked", "passes = passes + 1"),
    ],
    "assert_journeys_add_up": [
        update(JOURNEYS, "stopped = stopped + 1"),
        update(JOURNEYS, "entered = entered + 1, completed = completed + 1"),
        delete(JOURNEYS, "entered > 0"),
    ],
}


def rows(build: Build, name: str) -> list[tuple[object, ...]]:
    """What a test finds in all rows, its SQL read as dbt does for a reporting time zone of UTC."""
    template = jinja2.Template((TESTS / f"{name}.sql").read_text(encoding="utf-8"))
    sql = template.render(
        ref=lambda model: f"insights.marts.{model}",
        reporting_date=lambda sql: f"cast({sql} as date)",
        is_to_be_tested=lambda column, models: "true",
    )
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{build.files[0]}' as insights (read_only)")
        return connection.execute(sql).fetchall()


def test_every_singular_test_has_a_change_that_breaks_it() -> None:
    assert {path.stem for path in TESTS.glob("assert_*.sql")} == set(CHANGES)


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_sound_build_passes(sound_build: Build, name: str) -> None:
    assert rows(sound_build, name) == []


@pytest.mark.parametrize(
    ("name", "change"), [(name, change) for name, changes in CHANGES.items() for change in changes]
)
def test_a_change_breaks_it(changed_build: Callable[[str], Build], name: str, change: str) -> None:
    assert len(rows(changed_build(change), name)) == 1
