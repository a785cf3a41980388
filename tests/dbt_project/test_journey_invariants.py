"""The SQL tests of journeys pass on sound tables, and one change to them makes each return rows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import jinja2
import pytest

TESTS = Path(__file__).parents[2] / "dbt_project" / "tests"

SOUND = """
    create table fct_journey_passes as
    select * from (values
        ('j', 't1', 'c1', 'i', 'processed', null, 'yes'),
        ('j', 't1', 'c2', 'i', 'blocked', 'consent', null),
        ('j', 't1', 'c3', 'i', 'processing', null, null),
        ('j', 't2', 'c1', 'i', 'failed', null, null)
    ) as passes(journey_id, tile_id, contact_id, iteration_id, state, reason, path);

    create table mart_journey_tile_volumes as
    select * from (values
        ('j', 't1', 3, 1, 1, 0, 1),
        ('j', 't2', 1, 0, 0, 1, 0)
    ) as volumes(journey_id, tile_id, inflow, processing, blocked, failed, processed);

    create table mart_journey_tile_paths as
    select 'j' as journey_id, 't1' as tile_id, 'yes' as path, 1 as passes;

    create table mart_journey_tile_blocked as
    select 'j' as journey_id, 't1' as tile_id, 'consent' as reason, 1 as passes;

    create table mart_journey_kpis as
    select * from (values ('j', 3, 1, 2, 0), ('only messages', 0, 0, 0, 0))
        as kpis(journey_id, entered, in_progress, stopped, completed);
"""

#: What breaks each test, and where it must be found.
BREAKS = [
    ("assert_journey_tiles_add_up", "update mart_journey_tile_volumes set processing = 2 where tile_id = 't1'"),
    ("assert_journey_tiles_add_up", "update mart_journey_tile_volumes set inflow = 4, failed = 1 where tile_id = 't1'"),
    ("assert_journey_tiles_add_up", "delete from mart_journey_tile_volumes where tile_id = 't1'"),
    ("assert_journey_tiles_add_up", "delete from mart_journey_tile_paths"),
    ("assert_journey_tiles_add_up", "update mart_journey_tile_blocked set passes = 2"),
    ("assert_journeys_add_up", "update mart_journey_kpis set stopped = 1 where journey_id = 'j'"),
    ("assert_journeys_add_up", "update mart_journey_kpis set entered = 4, completed = 1 where journey_id = 'j'"),
    ("assert_journeys_add_up", "delete from mart_journey_kpis where journey_id = 'j'"),
]  # fmt: skip


def rows(name: str, *changes: str) -> list[tuple[object, ...]]:
    """What a test finds in the sound tables after some changes."""
    template = jinja2.Template((TESTS / f"{name}.sql").read_text(encoding="utf-8"))
    with duckdb.connect() as connection:
        connection.execute(SOUND)
        for change in changes:
            connection.execute(change)
        return connection.execute(template.render(ref=lambda model: model)).fetchall()


@pytest.mark.parametrize("name", sorted({name for name, _ in BREAKS}))
def test_sound_tables_pass(name: str) -> None:
    assert rows(name) == []


@pytest.mark.parametrize(("name", "change"), BREAKS)
def test_a_change_breaks_it(name: str, change: str) -> None:
    assert [row[0] for row in rows(name, change)] == ["j"]
