"""Writes the Parquet copy of each published table, at the cost of what changed in it.

A table that did not change is linked from the build before. Of a large one that changed, row groups without
a changed row are copied as they are encoded (`row_groups.py`), and the rows of the others are written anew,
with those that came.
"""

from __future__ import annotations

import bisect
import itertools
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from engines import row_groups
from engines.change_logs import LOGS, Logged
from engines.row_groups import Part, UnknownLayoutError
from ingestion.sql import identifier, quoted

#: Rows of a row group that DuckDB writes; those of smaller ones are always written anew, so that builds of
#: little news do not leave ever more of them.
ROWS_PER_GROUP = 122_880
SMALL_GROUP = ROWS_PER_GROUP // 2
#: A table with fewer rows is written whole as fast.
ROWS_WORTH_KEEPING = 2 * ROWS_PER_GROUP
_WRITTEN = f"(format parquet, compression zstd, compression_level 1, row_group_size {ROWS_PER_GROUP})"

#: Errors of a file of before that is damaged, or has other columns.
_UNREADABLE = (UnknownLayoutError, duckdb.InvalidInputException, duckdb.BinderException)


@dataclass(frozen=True)
class Earlier:
    """What is known of the build that readers see now.

    folder: its Parquet files. unchanged: tables and views that are as they were there. logged: those of which
        change logs tell all that changed since that build.
    """

    folder: Path
    unchanged: frozenset[str] = frozenset()
    logged: Mapping[str, Logged] = field(default_factory=dict)

    def file(self, relation: str) -> Path:
        """Return the Parquet file of a relation."""
        return self.folder / f"{relation}.parquet"


def write(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    relations: Sequence[str],
    folder: Path,
    earlier: Earlier | None = None,
) -> None:
    """Write each relation of a schema to a file of its name in a folder, which is made.

    earlier: None where nothing is known of a build before.
    """
    folder.mkdir()
    for relation in relations:
        target = folder / f"{relation}.parquet"
        if earlier is not None and earlier.file(relation).is_file():
            if relation in earlier.unchanged and _linked(earlier.file(relation), target):
                continue
            if _extended(connection, schema, relation, target, earlier):
                continue
        connection.execute(f"copy {schema}.{identifier(relation)} to {quoted(str(target))} {_WRITTEN}")


def _linked(file: Path, target: Path) -> bool:
    """Link a file under another name; False where the file system has no such links."""
    try:
        os.link(file, target)
    except OSError:
        return False
    return True


def _extended(
    connection: duckdb.DuckDBPyConnection, schema: str, relation: str, target: Path, earlier: Earlier
) -> bool:
    """Write a relation from the file before and from what changed; False where that is not possible, or not
    worth it.
    """
    known = earlier.logged.get(relation)
    if known is None or not _can_be_followed(connection, schema, known):
        return False
    [rows] = connection.execute(f"select count(*) from {schema}.{identifier(relation)}").fetchone() or (0,)
    if rows < ROWS_WORTH_KEEPING:
        return False
    columns = ", ".join(map(identifier, known.key))
    before, parts = earlier.file(relation), (target.with_name(f".{relation}.{part}") for part in "ab")
    anew, news = parts
    with _temporary(connection, "stale", f"select distinct {columns} from {_log(known.table)}") as stale:
        try:
            kept, rewritten = _split(connection, before, columns, stale)
            if 2 * sum(kept.values()) < rows:
                return False
            row_groups.put_together([Part(before, rewritten)], anew)
            connection.execute(f"insert into {stale} select {columns} from read_parquet({quoted(str(anew))})")
            _write_rows(connection, schema, relation, known, stale, news)
            written = row_groups.put_together([Part(before, list(kept)), Part(news)], target)
        except _UNREADABLE:
            return False
        finally:
            anew.unlink(missing_ok=True)
            news.unlink(missing_ok=True)
    # The file before may be of another build, if somebody exchanged it.
    return written == rows


def _can_be_followed(connection: duckdb.DuckDBPyConnection, schema: str, known: Logged) -> bool:
    """Whether the table's log tells all that changed in a relation."""
    tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    if any((f"{LOGS}.{_name(table)}",) not in tables for table in (known.table, *known.beside)):
        return False
    for dimension in known.beside:
        # Rows of before, which rows that did not change may show.
        gone = f"from {_log(dimension)} except from {schema}.{identifier(_name(dimension))}"
        if connection.execute(f"select 1 from ({gone}) limit 1").fetchone():
            return False
    return True


def _write_rows(
    connection: duckdb.DuckDBPyConnection, schema: str, relation: str, known: Logged, keys: str, target: Path
) -> None:
    """Write the rows of a relation that have the keys in a table."""
    table, columns = _name(known.table), ", ".join(map(identifier, known.key))
    source = f"{schema}.{identifier(table)}"
    # The key tells where a row is; then only blocks that hold some are read.
    places = f"select rowid from {source} where ({columns}) in (select {columns} from {keys})"
    with _temporary(connection, table, f"from {source} where rowid in ({places})") as rows:
        shown = _shown(connection, schema, relation, table, rows)
        connection.execute(f"copy ({shown}) to {quoted(str(target))} {_WRITTEN}")


def _name(relation: str) -> str:
    return relation.rpartition(".")[2]


def _log(relation: str) -> str:
    return f"{LOGS}.{identifier(_name(relation))}"


def _split(
    connection: duckdb.DuckDBPyConnection, file: Path, columns: str, stale: str
) -> tuple[dict[int, int], list[int]]:
    """Return the row groups that stay, with their numbers of rows, and those to be written anew.

    Raise `duckdb.BinderException` if the file lacks the columns.
    """
    sizes = row_groups.rows_of(file)
    ends = list(itertools.accumulate(sizes))
    places = connection.execute(
        f"select file_row_number from read_parquet({quoted(str(file))}, file_row_number = true)"
        f" where ({columns}) in (select {columns} from {stale})"
    ).fetchall()
    touched = {bisect.bisect_right(ends, place) for (place,) in places}
    touched |= {group for group, size in enumerate(sizes) if size < SMALL_GROUP}
    return {group: size for group, size in enumerate(sizes) if group not in touched}, sorted(touched)


def _shown(connection: duckdb.DuckDBPyConnection, schema: str, relation: str, table: str, fresh: str) -> str:
    """SQL of what a relation shows of some rows of its table."""
    if relation == table:
        return f"from {fresh}"
    [sql] = connection.execute(
        "select sql from duckdb_views() where schema_name = ? and view_name = ?", [schema, relation]
    ).fetchone() or ("",)
    _, _, query = sql.rstrip("; \n").partition(" AS ")
    return re.sub(rf'\b{schema}\."?{table}"?(?!\w)', fresh, query)


@contextmanager
def _temporary(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> Iterator[str]:
    """Yield the name of a temporary table of a query's rows, which exists as long as the context."""
    table = f"temp.main.{identifier(name)}"
    connection.execute(f"create or replace temporary table {identifier(name)} as {query}")
    try:
        yield table
    finally:
        connection.execute(f"drop table {table}")
