"""Of the Parquet copy of a large table, only row groups with changed rows are written anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from engines.change_logs import LOGS, Logged
from engines.row_groups import rows_of
from orchestration.publish import parquet

ROWS = 5 * parquet.ROWS_PER_GROUP + 1_000
KEY = "message"
LOGGED = {
    "messages": Logged("insights.marts.messages", (KEY,)),
    "recipients": Logged("insights.marts.messages", (KEY,), ("insights.marts.emails",)),
}


@pytest.fixture
def build() -> Iterator[duckdb.DuckDBPyConnection]:
    """A large table, a small one, and a view of both; nothing changed yet."""
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            set threads = 1;
            create schema marts;
            create table marts.messages as
            select 'm' || range as message, 'e' || range // 1000 as email, range % 7 as opens
            from range({ROWS});
            create table marts.emails as select distinct email, 'Email ' || email as name from marts.messages;
            create view marts.recipients as
            select messages.message, messages.email, emails.name
            from marts.messages
            left join marts.emails on messages.email = emails.email
            where messages.message <> 'm7';
            """
        )
        begin(connection)
        yield connection


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """Begin a build: its logs are empty."""
    connection.execute(f"drop schema if exists {LOGS} cascade; create schema {LOGS}")
    for table in ("messages", "emails"):
        connection.execute(f"create table {LOGS}.{table} as from marts.{table} limit 0")


def change(connection: duckdb.DuckDBPyConnection, where: str, opens: str) -> None:
    """Change rows, and log them as they were and as they are."""
    for statement in (
        f"insert into {LOGS}.messages from marts.messages where {where}",
        f"update marts.messages set opens = {opens} where {where}",
        f"insert into {LOGS}.messages from marts.messages where {where}",
    ):
        connection.execute(statement)


def arrive(connection: duckdb.DuckDBPyConnection, first: int, rows: int) -> None:
    """Add messages of an email that is known."""
    query = f"select 'm' || range as message, 'e3' as email, 0 as opens from range({first}, {first + rows})"
    for relation in ("marts.messages", f"{LOGS}.messages"):
        connection.execute(f"insert into {relation} {query}")


def write(
    connection: duckdb.DuckDBPyConnection, folder: Path, before: Path | None = None, **known: object
) -> Path:
    earlier = parquet.Earlier(before, **({"logged": LOGGED} | known)) if before else None  # type: ignore[arg-type]
    parquet.write(connection, "marts", ["emails", "messages", "recipients"], folder, earlier)
    assert sorted(path.name for path in folder.iterdir()) == [
        "emails.parquet",
        "messages.parquet",
        "recipients.parquet",
    ]
    return folder


def differing(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[tuple[object, ...]]:
    """Rows that a file has and its relation lacks, or the other way round."""
    return [
        row
        for name in ("emails", "messages", "recipients")
        for row in connection.execute(
            f"(from marts.{name} except all from '{folder}/{name}.parquet')"
            f" union all (from '{folder}/{name}.parquet' except all from marts.{name}) limit 3"
        ).fetchall()
    ]


def chunks(file: Path, column: int = 0) -> set[bytes]:
    """The contents of the row groups of a file, each as the bytes of one column."""
    with duckdb.connect() as connection:
        places = connection.execute(
            "select coalesce(dictionary_page_offset, data_page_offset), total_compressed_size"
            f" from parquet_metadata('{file}') where column_id = {column}"
        ).fetchall()
    content = file.read_bytes()
    return {content[begin : begin + size] for begin, size in places}


def test_few_changes_leave_most_row_groups_as_they_are(
    build: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    first = write(build, tmp_path / "1")
    change(build, "message in ('m5', 'm300000')", "99")
    build.execute(f"insert into {LOGS}.messages from marts.messages where message = 'm300001'")
    build.execute("delete from marts.messages where message = 'm300001'")
    arrive(build, ROWS, 2_000)
    second = write(build, tmp_path / "2", first)
    assert differing(build, second) == []
    for name in ("messages.parquet", "recipients.parquet"):
        # Written anew are those of m5, whose ids may be the same bytes, of m300000, and the small last one.
        assert len(chunks(first / name) & chunks(second / name)) in (3, 4)
        assert len(rows_of(second / name)) == 6


def test_many_builds_of_little_news_do_not_add_up(build: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    folder = write(build, tmp_path / "0")
    for turn in range(1, 6):
        begin(build)
        arrive(build, ROWS + 20_000 * turn, 20_000)
        folder = write(build, tmp_path / str(turn), folder)
        assert differing(build, folder) == []
    assert len(rows_of(folder / "messages.parquet")) == 7


def test_changes_everywhere_are_written_whole(build: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = write(build, tmp_path / "1")
    change(build, "opens = 3", "4")
    second = write(build, tmp_path / "2", first)
    assert differing(build, second) == []
    assert not chunks(first / "messages.parquet", 2) & chunks(second / "messages.parquet", 2)


def test_a_view_is_written_whole_if_what_it_shows_beside_its_table_changed(
    build: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    first = write(build, tmp_path / "1")
    build.execute(f"insert into {LOGS}.emails from marts.emails where email = 'e4'")
    build.execute("update marts.emails set name = 'Another' where email = 'e4'")
    build.execute(f"insert into {LOGS}.emails from marts.emails where email = 'e4'")
    assert differing(build, write(build, tmp_path / "2", first)) == []


def test_an_email_that_came_is_shown(build: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = write(build, tmp_path / "1")
    for relation in ("marts.emails", f"{LOGS}.emails"):
        build.execute(f"insert into {relation} values ('new', 'Newest')")
    for relation in ("marts.messages", f"{LOGS}.messages"):
        build.execute(f"insert into {relation} values ('m-new', 'new', 0)")
    second = write(build, tmp_path / "2", first)
    assert differing(build, second) == []
    assert len(chunks(first / "recipients.parquet") & chunks(second / "recipients.parquet")) == 5


def test_nothing_of_before_is_taken_where_it_cannot_be(
    build: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    first = write(build, tmp_path / "1")
    change(build, "message = 'm5'", "99")
    # A file of another build, of other columns, damaged, or with changes that no log tells of.
    other = tmp_path / "other"
    other.mkdir()
    build.execute(f"copy (from marts.messages limit 300000) to '{other}/messages.parquet'")
    build.execute(f"copy (select 'm' || range as message from range(700000)) to '{other}/recipients.parquet'")
    assert differing(build, write(build, tmp_path / "2", other)) == []
    content = bytearray((first / "messages.parquet").read_bytes())
    content[1_000:90_000] = bytes(89_000)
    (other / "messages.parquet").write_bytes(content)
    build.execute(f"copy (select 1 as number from range(700000)) to '{other}/recipients.parquet'")
    assert differing(build, write(build, tmp_path / "6", other)) == []
    (other / "messages.parquet").write_bytes((first / "messages.parquet").read_bytes()[:-20])
    (other / "recipients.parquet").write_bytes(b"")
    assert differing(build, write(build, tmp_path / "3", other)) == []
    build.execute(f"drop schema {LOGS} cascade")
    assert differing(build, write(build, tmp_path / "4", first)) == []
    begin(build)
    assert differing(build, write(build, tmp_path / "5", first, logged={})) == []


def test_what_did_not_change_is_linked(build: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = write(build, tmp_path / "1")
    second = write(build, tmp_path / "2", first, unchanged=frozenset({"messages"}))
    assert (second / "messages.parquet").samefile(first / "messages.parquet")
    assert not (second / "emails.parquet").samefile(first / "emails.parquet")
