"""Day by day, late days, files given twice: the same rows as one build of everything."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.conftest import build
from tests.end_to_end.incremental.change_log import wrong_logs
from tests.end_to_end.simulated_worlds import marts


def days_of(landing: Path) -> list[str]:
    """Arrival days in the landing zone, in order."""
    return sorted({day.name for feed in landing.iterdir() if feed.is_dir() for day in feed.iterdir()})


def same_rows(one: Path, other: Path) -> list[str]:
    left = marts.everything(one / "published" / "insights.duckdb")
    right = marts.everything(other / "published" / "insights.duckdb")
    assert left.keys() == right.keys()
    return [
        f"{name}: {len(left[name] - right[name])} rows only in the first, {len(right[name] - left[name])} only in"
        f" the second, e.g. {next(iter((left[name] - right[name]) or (right[name] - left[name])))}"
        for name in left
        if left[name] != right[name]
    ]


@pytest.mark.slow
@pytest.mark.parametrize("order", ["newest first", "an old day last"])
def test_days_built_one_by_one(order: str, faulty_world: Path, built_at_once: Path, tmp_path: Path) -> None:
    days = days_of(faulty_world)
    # A few builds of several days each: as telling as one per day, and quicker.
    chunks = [days[index : index + 3] for index in range(0, len(days), 3)]
    if order == "newest first":
        chunks.reverse()
    else:
        chunks = [*chunks[1:], chunks[0]]
    for chunk in chunks:
        if chunk is chunks[-1]:
            shutil.copytree(tmp_path / "home" / "build", tmp_path / "before")
        build(faulty_world, tmp_path / "home", "--from", chunk[0], "--to", chunk[-1])
    assert same_rows(built_at_once, tmp_path / "home") == []
    assert wrong_logs(tmp_path / "before", tmp_path / "home" / "build") == {}
    # A row too few and a row too many are found.
    with duckdb.connect(str(tmp_path / "home" / "build" / "insights.duckdb")) as connection:
        connection.execute("insert into changes.dim_event (event_id) values ('nobody spoke of it')")
        connection.execute(
            "delete from changes.mart_email_kpis where email_id = (select min(email_id) from changes.mart_email_kpis)"
        )
    assert wrong_logs(tmp_path / "before", tmp_path / "home" / "build").keys() == {
        "dim_event",
        "mart_email_kpis",
    }


@pytest.mark.slow
def test_files_delivered_twice_change_no_mart(
    faulty_world: Path, built_at_once: Path, tmp_path: Path
) -> None:
    landing = tmp_path / "landing"
    shutil.copytree(faulty_world, landing)
    build(landing, tmp_path / "home")
    days = days_of(landing)
    # A day later, not at the end: an event that claims to be of next week is refused only until that week.
    next_day = dict(zip(days, [*days[1:], days[-1]], strict=True))
    for feed in sorted(folder for folder in landing.iterdir() if folder.is_dir()):
        if feed.name == "crm":
            continue
        for file in sorted(path for path in feed.rglob("*") if path.is_file()):
            day, *folders, name = file.relative_to(feed).parts
            again = landing / feed.name / next_day[day] / Path(*folders) / f"again-{name}"
            if name != "model.json":
                again.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, again)
    build(landing, tmp_path / "home")
    one = marts.everything(built_at_once / "published" / "insights.duckdb")
    two = marts.everything(tmp_path / "home" / "published" / "insights.duckdb")
    differing = {name for name in one if one[name] != two[name]}
    assert differing <= {"build_files", "build_ignored", "build_nulled", "quarantine"}


@pytest.mark.slow
def test_a_full_refresh_changes_nothing(faulty_world: Path, built_at_once: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(built_at_once, home, symlinks=True)
    build(faulty_world, home, "--full-refresh")
    assert same_rows(built_at_once, home) == []
