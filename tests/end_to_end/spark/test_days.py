"""A history that arrives day by day: what Spark publishes of each day equals what DuckDB publishes, every cell; a build
that is killed leaves readers the last one, and the next arrives where it would have.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pytest

from engines.spark import SparkEngine, publication
from engines.spark.session import folder_of, stop
from tests.end_to_end.spark.conftest import DAYS, Homes, check_equality, without_checks
from tests.end_to_end.spark.killing import killed_build, while_copying, while_merging
from tests.harness import spark

FIRST_DAYS, NEXT_DAY, DAY_AFTER = DAYS[-3], DAYS[-2], "2026-01-06"
#: A table of which every day changes rows.
CHANGING = "fct_email_messages"
#: Feeds of which a day's files are the state of that day.
SNAPSHOTS = ("crm", "dynamics365")


@pytest.fixture(scope="module")
def first_days(homes: Homes) -> Homes:
    """One build of the first days, and none yet of the others."""
    build(homes, "--to", FIRST_DAYS)
    return homes


def build(homes: Homes, *arguments: str) -> None:
    """Build what is new by both engines."""
    for engine in ("duckdb", "spark"):
        homes.build(engine, *arguments)


def check_readers(homes: Homes) -> None:
    """Readers of Spark's tables have the rows of the published file."""
    session = SparkEngine(homes.home("spark"), spark.settings()).session
    newest, *_ = publication.published_builds(session)
    assert newest == homes.published("spark").parent.resolve().name
    query = f"select message_key, opened_total, clicked_total, was_delivered from marts.{CHANGING}"
    tagged = session.sql(f"{query} version as of '{publication.tag_of(newest)}'").collect()
    with duckdb.connect(str(homes.published("spark")), read_only=True) as file:
        assert sorted(map(tuple, tagged)) == sorted(file.execute(query).fetchall())


def check_kill(homes: Homes, moment: Callable[[str], None], *arguments: str) -> None:
    """Kill a build at a moment: readers of the home and of Spark's tables keep what they have."""
    before = homes.published("spark").parent.resolve()
    stop()
    killed_build(homes, "spark", moment, CHANGING, *arguments)
    assert homes.published("spark").parent.resolve() == before
    check_readers(homes)


def snapshots(homes: Homes) -> Mapping[str, int]:
    """The newest snapshot of each of Spark's tables, by name."""
    with sqlite3.connect(folder_of(homes.home("spark")) / "catalog.db") as catalog:
        tables = catalog.execute(
            "select table_namespace || '.' || table_name, metadata_location from iceberg_tables"
            " where iceberg_type = 'TABLE' and table_namespace in ('raw', 'intermediate', 'marts')"
        ).fetchall()
    described = {name: Path(file.removeprefix("file:")).read_text(encoding="utf-8") for name, file in tables}
    return {name: json.loads(text)["current-snapshot-id"] for name, text in described.items()}


def committed_in_vain(homes: Homes, before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """Spark's tables with a new snapshot that holds just the rows of the one before."""
    session = SparkEngine(homes.home("spark"), spark.settings()).session

    def has_more(table: str, one: int, other: int) -> bool:
        here, there = (session.sql(f"select * from {table} version as of {each}") for each in (one, other))
        return not here.exceptAll(there).isEmpty()

    changed = [(table, before[table], now) for table, now in after.items() if before[table] != now]
    return [
        table for table, old, new in changed if not (has_more(table, old, new) or has_more(table, new, old))
    ]


def test_a_build_of_everything(first_days: Homes, capsys: pytest.CaptureFixture[str]) -> None:
    """With dbt's tests and the audit, which are left out where days are added."""
    check_equality(first_days, "spark", capsys)
    check_readers(first_days)


def test_a_build_after_one_that_was_killed_while_it_merged(
    first_days: Homes, capsys: pytest.CaptureFixture[str]
) -> None:
    check_kill(first_days, while_merging, "--to", NEXT_DAY)
    with without_checks():
        build(first_days, "--to", NEXT_DAY)
    check_equality(first_days, "spark", capsys)


def test_a_build_after_one_that_was_killed_while_it_published(
    first_days: Homes, capsys: pytest.CaptureFixture[str]
) -> None:
    check_kill(first_days, while_copying)
    with without_checks():
        build(first_days)
    check_equality(first_days, "spark", capsys)


def test_files_that_come_once_more_change_little(
    first_days: Homes, capsys: pytest.CaptureFixture[str]
) -> None:
    with without_checks():
        build(first_days)
        before = snapshots(first_days)
        deliver_again(first_days.landing)
        build(first_days)
    check_equality(first_days, "spark", capsys)
    after = snapshots(first_days)
    assert after[f"marts.{CHANGING}"] == before[f"marts.{CHANGING}"]
    assert committed_in_vain(first_days, before, after) == []
    # Nothing is new now.
    with without_checks():
        build(first_days)
    assert snapshots(first_days) == after


def deliver_again(landing: Path) -> None:
    """A day's files once more, on another day and under other names."""
    for feed in (folder for folder in landing.iterdir() if folder.is_dir() and folder.name not in SNAPSHOTS):
        for file in (file for file in (feed / NEXT_DAY).rglob("*") if file.is_file()):
            again = feed / DAY_AFTER / file.relative_to(feed / NEXT_DAY).with_name(f"again-{file.name}")
            again.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, again)
