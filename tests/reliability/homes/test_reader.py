"""The reader of published builds finds builds that are incomplete."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import duckdb
import pytest

from reliability.homes.reader import Reader, read_published

TABLES = {
    "build_info": "select '{build}' as build_id",
    "build_files": "select 3 as records_read, 1 as records_landed, 1 as duplicates, 0 as ignored, 1 as quarantined",
    "mart_email_kpis": "select 2 as targeted, 1 as delivered, 4 as opened_total, 2 as sent, 1 as clicked_total",
    "mart_email_kpis_daily": "select 2 as sent, 1 as clicked_total",
    "mart_email_recipients": "select unnest(['delivered', 'blocked']) as delivery_status, unnest([4, 0]) as opens",
}


def make_build(home: Path, build: str, **other: str) -> Path:
    """Make a folder as publishing leaves it, with some tables replaced."""
    folder = home / "builds" / build
    (folder / "parquet").mkdir(parents=True)
    with duckdb.connect(str(folder / "insights.duckdb")) as connection:
        connection.execute("create schema marts")
        for table, rows in {**TABLES, **other}.items():
            connection.execute(f"create table marts.{table} as {rows.format(build=build)}")
            connection.execute(f"copy marts.{table} to '{folder / 'parquet' / table}.parquet'")
    return folder


def link(home: Path, folder: Path) -> Path:
    (home / "new").symlink_to(folder)
    (home / "new").replace(home / "published")
    return home / "published"


def test_a_complete_build_is_read(tmp_path: Path) -> None:
    assert read_published(link(tmp_path, make_build(tmp_path, "b1"))) == "b1"


def test_a_link_to_nothing_is_found(tmp_path: Path) -> None:
    published = link(tmp_path, make_build(tmp_path, "b1"))
    shutil.rmtree(tmp_path / "builds")
    with pytest.raises(duckdb.Error):
        read_published(published)


def test_a_truncated_file_is_found(tmp_path: Path) -> None:
    folder = make_build(tmp_path, "b1")
    with (folder / "insights.duckdb").open("r+b") as handle:
        handle.truncate(5000)
    with pytest.raises(duckdb.Error):
        read_published(link(tmp_path, folder))


@pytest.mark.parametrize(
    ("table", "rows", "words"),
    [
        ("mart_email_kpis_daily", "select 1 as sent, 1 as clicked_total", "days do not agree"),
        (
            "mart_email_recipients",
            "select 'delivered' as delivery_status, 4 as opens",
            "e-mails do not agree",
        ),
        ("build_files", TABLES["build_files"].replace("3 as", "4 as"), "books do not agree"),
    ],
)
def test_an_incomplete_build_is_found(tmp_path: Path, table: str, rows: str, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        read_published(link(tmp_path, make_build(tmp_path, "b1", **{table: rows})))


def test_parquet_copies_that_are_missing_or_of_another_build_are_found(tmp_path: Path) -> None:
    folder, other = make_build(tmp_path, "b1"), make_build(tmp_path, "b2")
    published = link(tmp_path, folder)
    shutil.copyfile(other / "parquet" / "build_info.parquet", folder / "parquet" / "build_info.parquet")
    with pytest.raises(AssertionError, match="holds the build"):
        read_published(published)
    (folder / "parquet" / "mart_email_kpis.parquet").unlink()
    with pytest.raises(AssertionError, match="other tables"):
        read_published(published)


def publish_again_and_again(home: Path, folders: list[Path], *, is_atomic: bool) -> list[str]:
    """Publish two builds in turns while a reader reads in a loop; return what the reader found."""
    published = link(home, folders[0])
    reader = Reader(published)
    for _ in range(20):
        for folder in folders:
            if not is_atomic:
                published.unlink()
                time.sleep(0.01)
            link(home, folder)
            time.sleep(0.01)
    watched = reader.stop()
    assert watched.looks
    return watched.findings


def test_a_reader_in_a_loop_notices_a_link_that_is_gone_for_an_instant(tmp_path: Path) -> None:
    folders = [make_build(tmp_path, "b1"), make_build(tmp_path, "b2")]
    assert publish_again_and_again(tmp_path, folders, is_atomic=True) == []
    assert publish_again_and_again(tmp_path, folders, is_atomic=False)
