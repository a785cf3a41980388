"""What readers see while a build is published, and after one was killed."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

import duckdb
import pytest

from engines.change_logs import LOGS
from expectations import CheckResult
from orchestration.errors import TouchpointError
from orchestration.home import Home, lock
from orchestration.publish import publish, published, row_order
from orchestration.publish.build_info import BuildInfo


def info(build_id: str) -> BuildInfo:
    day = date(2026, 1, 2)
    return BuildInfo(
        build_id=build_id,
        built_at=datetime(2026, 1, 3, tzinfo=UTC),
        as_of_date=day,
        first_arrival_date=day,
        last_arrival_date=day,
        arrival_days=1,
        files=1,
        reporting_time_zone="UTC",
        is_full_refresh=True,
        audit_checks=1,
        audit_failed=0,
        arrival_checks=1,
        arrival_failed=1,
        touchpoint_version="1",
    )


CHECKS = [
    CheckResult("sums_agree", "audit", "marts.t", True, "3 compared", "they agree", "fine"),
    CheckResult("ses_files_readable", "arrival", "marts.build_files", False, "x.gz", "all readable", "look"),
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def make_build(home: Home, value: int) -> None:
    """Write a build file with a table and a view, as dbt leaves them."""
    home.build.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(home.insights)) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(f"create or replace table marts.t as select {value} as a")
        connection.execute(f"create schema if not exists {LOGS}")
        connection.execute(f"create or replace table {LOGS}.t as select {value} as a")
        connection.execute(
            'create or replace view "insights"."marts"."v" as select a from "insights"."marts"."t"'
        )
        connection.execute("comment on view marts.v is 'The same.'")
        connection.execute("comment on column marts.v.a is 'A value.'")
    home.data_docs.mkdir(exist_ok=True)
    (home.data_docs / "index.html").write_text("docs")


def read(path: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_published_build_is_complete(home: Home) -> None:
    make_build(home, 1)
    folder = publish.publish(home, info("b1"), CHECKS)
    assert home.published.is_symlink()
    assert home.published.resolve() == folder.resolve() == home.build_folder("b1").resolve()
    database = home.published / "insights.duckdb"
    assert read(database, "select a from marts.v") == [(1,)]
    assert read(database, "select distinct schema_name from duckdb_tables()") == [("marts",)]
    assert read(database, "select build_id, arrival_failed from marts.build_info") == [("b1", 1)]
    assert read(database, "select kind, passed from marts.build_checks order by 1") == [
        ("arrival", False),
        ("audit", True),
    ]
    parquet = {path.stem for path in (home.published / "parquet").glob("*.parquet")}
    assert parquet == {"t", "v", "build_info", "build_history", "build_checks"}
    assert (home.published / "data_docs" / "index.html").read_text() == "docs"


def test_every_build_tells_of_those_before_it(home: Home) -> None:
    make_build(home, 1)
    publish.publish(home, info("b1"), CHECKS)
    with duckdb.connect(str(home.build_folder("b1") / "insights.duckdb")) as connection:
        # As a version published it that knew neither the history nor every column.
        connection.execute("drop table marts.build_history; alter table marts.build_info drop column files")
    for build in ("b2", "b3"):
        publish.publish(home, info(build), CHECKS, earlier=published.history(home))
    asked = "select build_id, files from marts.build_history order by build_id"
    assert read(home.published / "insights.duckdb", asked) == [("b1", None), ("b2", 1), ("b3", 1)]


def test_a_damaged_published_file_ends_the_history_only(home: Home) -> None:
    make_build(home, 1)
    folder = publish.publish(home, info("b1"), CHECKS)
    (folder / "insights.duckdb").chmod(0o600)
    (folder / "insights.duckdb").write_bytes(b"damaged")
    assert published.history(home) == []


def test_large_facts_lie_in_the_order_in_which_they_are_read(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_build(home, 1)
    with duckdb.connect(str(home.insights)) as connection:
        connection.execute(
            "create table marts.fct_email_messages (email_id varchar not null, send_date date)"
        )
        connection.execute("comment on column marts.fct_email_messages.email_id is 'An id.'")
        connection.execute(
            "insert into marts.fct_email_messages select 'email-' || i * 7 % 10, date '2026-01-01' from range(1000) as t(i)"
        )
    monkeypatch.setattr(row_order, "ROWS_WORTH_SORTING", 1_000)
    publish.publish(home, info("b1"), CHECKS)
    database = home.published / "insights.duckdb"
    rows = read(database, "select email_id from marts.fct_email_messages")
    assert rows == sorted(rows) and len(rows) == 1_000
    about = (
        "select is_nullable, comment from duckdb_columns() where table_name = 'fct_email_messages' limit 1"
    )
    assert read(database, about) == [(False, "An id.")]


def test_a_table_is_sorted_again_when_a_fifth_of_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, table = tmp_path / "insights.duckdb", "fct_email_messages"
    monkeypatch.setattr(row_order, "ROWS_WORTH_SORTING", 100)
    rows = "select 'email-' || i * 7 % 10 as email_id, date '2026-01-01' as send_date from range({}) as t(i)"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"create schema marts; create table marts.{table} as {rows.format(100)}")
        assert row_order.put_in_order(connection, "marts", made_anew=True) == [table]
        for came, sorted_again in ((20, []), (20, [table]), (20, [])):
            connection.execute(f"insert into marts.{table} {rows.format(came)}")
            assert row_order.put_in_order(connection, "marts", made_anew=False) == sorted_again
        assert row_order.put_in_order(connection, "marts", made_anew=True) == [table]
        assert len(connection.execute(f"from marts.{table}").fetchall()) == 160


def test_every_table_and_column_that_publishing_adds_is_described(home: Home) -> None:
    make_build(home, 1)
    publish.publish(home, info("b1"), CHECKS)
    database = home.published / "insights.duckdb"
    bare = (
        "select table_name, column_name from duckdb_columns() "
        "where comment is null and schema_name = 'marts' and table_name <> 't'"
    )
    assert read(database, bare) == []
    assert read(database, "select count(*) from duckdb_tables() where comment is null") == [(1,)]
    assert read(database, "select comment from duckdb_views() where view_name = 'v'") == [("The same.",)]


def test_a_view_can_be_read_under_any_name(home: Home) -> None:
    make_build(home, 7)
    publish.publish(home, info("b1"), CHECKS)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.published / 'insights.duckdb'}' as something_else (read_only)")
        assert connection.execute("select a from something_else.marts.v").fetchall() == [(7,)]


def test_a_reader_keeps_what_it_has_open(home: Home) -> None:
    make_build(home, 1)
    publish.publish(home, info("b1"), CHECKS)
    with duckdb.connect(str(home.published / "insights.duckdb"), read_only=True) as reader:
        for number in (2, 3, 4):
            make_build(home, number)
            publish.publish(home, info(f"b{number}"), CHECKS)
            assert reader.execute("select a from marts.t").fetchall() == [(1,)]
    assert read(home.published / "insights.duckdb", "select a from marts.t") == [(4,)]
    assert sorted(path.name for path in home.builds.iterdir()) == ["b3", "b4"]


def test_a_published_build_cannot_be_written_to(home: Home) -> None:
    make_build(home, 1)
    folder = publish.publish(home, info("b1"), CHECKS)
    assert all(path.stat().st_mode & 0o222 == 0 for path in folder.rglob("*") if path.is_file())


def test_what_a_killed_build_left_is_removed_and_readers_notice_nothing(home: Home) -> None:
    make_build(home, 1)
    publish.publish(home, info("b1"), CHECKS)
    half = home.partial_folder("b2")
    half.mkdir()
    (half / "insights.duckdb").write_bytes(b"half a file")
    (home.root / ".published.new").symlink_to("builds/b2")
    for folder in (home.erasures, home.pseudonym_key.parent):
        folder.mkdir()
        (folder / "key").write_text("kept")
        (folder / ".key.new").write_text("ke")
    publish.remove_leftovers(home)
    assert not half.exists()
    for folder in (home.erasures, home.pseudonym_key.parent):
        assert [path.name for path in folder.iterdir()] == ["key"]
    assert not (home.root / ".published.new").is_symlink()
    assert read(home.published / "insights.duckdb", "select a from marts.t") == [(1,)]
    make_build(home, 2)
    publish.publish(home, info("b3"), CHECKS)
    assert read(home.published / "insights.duckdb", "select a from marts.t") == [(2,)]


def test_a_file_system_that_shares_blocks_copies_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "build.duckdb", tmp_path / "published.duckdb"
    source.write_bytes(b"tables")

    def clone(copy: BinaryIO, request: int, original: int) -> int:
        assert request == publish._CLONE
        copy.write(os.pread(original, 100, 0))
        return 0

    def no_copy(*_: Path) -> None:
        raise AssertionError("bytes were copied")

    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "ioctl", clone)
        patched.setattr(shutil, "copyfile", no_copy)
        publish._copy(source, target)
    assert target.read_bytes() == b"tables"
    target.unlink()
    monkeypatch.setattr(fcntl, "ioctl", lambda *_: _raise(OSError(errno.EOPNOTSUPP, "no such request")))
    publish._copy(source, target)
    assert target.read_bytes() == b"tables"


def _raise(error: Exception) -> None:
    raise error


def test_a_view_over_something_unpublished_stops_publishing(home: Home, tmp_path: Path) -> None:
    make_build(home, 1)
    with duckdb.connect(str(home.insights)) as connection:
        connection.execute(f"attach '{tmp_path / 'work.duckdb'}' as work")
        connection.execute("create table work.secret as select 1 as a")
        connection.execute("create view marts.leak as select a from work.main.secret")
    with pytest.raises(TouchpointError, match=r"marts\.leak"):
        publish.publish(home, info("b1"), CHECKS)
    assert home.published_build is None


@pytest.mark.parametrize(("entrance", "folders", "files"), [(0o755, 0o755, 0o444), (0o700, 0o700, 0o400)])
def test_who_may_enter_the_home_may_read_what_is_published(
    home: Home, entrance: int, folders: int, files: int
) -> None:
    make_build(home, 1)
    home.root.chmod(entrance)
    with lock.hold(home.lock):
        folder = publish.publish(home, info("b1"), CHECKS)
    for path in (home.builds, folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (folders if path.is_dir() else files), path
