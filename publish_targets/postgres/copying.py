"""Copies the tables of a DuckDB schema into a PostgreSQL schema: types, rows in batches, counts, comments.

Nobody reads the PostgreSQL schema yet: making it, and putting it in front of readers, is `swap.py`'s.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import duckdb
import pyarrow.csv as arrow_csv
from psycopg.sql import SQL, Composed, Identifier, Literal

from publish_targets.errors import TargetError
from publish_targets.postgres.server import Connection

_SOURCE = "marts"
#: Rows of a batch: what is in memory at a time.
_BATCH = 20_000
_LONGEST_NAME = 63
_TYPES = {
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "SMALLINT": "smallint",
    "UTINYINT": "smallint",
    "INTEGER": "integer",
    "USMALLINT": "integer",
    "BIGINT": "bigint",
    "UINTEGER": "bigint",
    "UBIGINT": "numeric(20)",
    "HUGEINT": "numeric(39)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "VARCHAR": "text",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "UUID": "uuid",
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
#: What of DuckDB's CSV PostgreSQL reads as it is meant: null is nothing, an empty text is "".
_CSV = arrow_csv.WriteOptions(include_header=False, quoting_style="all_valid")


@dataclass(frozen=True)
class Column:
    """A column of a published table: its type in PostgreSQL, and the SQL by which DuckDB gives it."""

    name: str
    kind: str
    expression: str
    comment: str | None


@dataclass(frozen=True)
class Table:
    """A published table or view; both become tables."""

    name: str
    comment: str | None
    columns: tuple[Column, ...]


def postgres_type(kind: str) -> str:
    """Give PostgreSQL's type for one of DuckDB's; lists, structs and maps become jsonb."""
    if found := _DECIMAL.fullmatch(kind):
        return f"numeric({found[1]},{found[2]})"
    return _TYPES.get(kind, "jsonb")


def published_tables(source: duckdb.DuckDBPyConnection) -> list[Table]:
    """List what the published database holds, by name."""
    comments = dict(
        source.execute(
            "select table_name, comment from duckdb_tables() where schema_name = $1 "
            "union all select view_name, comment from duckdb_views() where schema_name = $1",
            [_SOURCE],
        ).fetchall()
    )
    columns: dict[str, list[Column]] = {}
    for table, name, kind, comment in source.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns() where schema_name = ? "
        "order by table_name, column_index",
        [_SOURCE],
    ).fetchall():
        columns.setdefault(table, []).append(_column(name, kind, comment))
    return [Table(name, comments.get(name), tuple(found)) for name, found in columns.items()]


def _column(name: str, kind: str, comment: str | None) -> Column:
    quoted = _in_duckdb(name)
    target = postgres_type(kind)
    if target == "text":
        # PostgreSQL's texts hold every character but this one.
        expression = f"replace({quoted}, chr(0), '\N{REPLACEMENT CHARACTER}')"
    elif target == "jsonb":
        expression = f"replace(cast(to_json({quoted}) as varchar), '\\u0000', '\N{REPLACEMENT CHARACTER}')"
    else:
        expression = quoted
    return Column(name, target, expression, comment)


def _in_duckdb(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def copy_table(source: duckdb.DuckDBPyConnection, target: Connection, schema: str, table: Table) -> None:
    """Make one table with its rows and comments in a PostgreSQL schema, in one transaction.

    Raises `TargetError` where the server does not hold as many rows afterwards.
    """
    _check_names(table)
    where = SQL("{}.{}").format(Identifier(schema), Identifier(table.name))
    columns = SQL(", ").join(
        SQL("{} {}").format(Identifier(one.name), SQL(one.kind)) for one in table.columns
    )
    with target.transaction():
        target.execute(SQL("create table {} ({})").format(where, columns))
        _copy_rows(source, target, table, where)
        _check_count(source, target, table, where)
        target.execute(SQL("comment on table {} is {}").format(where, Literal(table.comment)))
        for column in table.columns:
            name = SQL("{}.{}").format(where, Identifier(column.name))
            target.execute(SQL("comment on column {} is {}").format(name, Literal(column.comment)))
    target.execute(SQL("analyze {}").format(where))


def _copy_rows(source: duckdb.DuckDBPyConnection, target: Connection, table: Table, where: Composed) -> None:
    """Stream the rows, frozen: seen by every transaction, also by one that began before they were written.

    Otherwise a transaction with an old snapshot would find the new tables empty after the swap.
    """
    shown = ", ".join(f"{one.expression} as {_in_duckdb(one.name)}" for one in table.columns)
    reader = source.cursor().execute(f"select {shown} from {_SOURCE}.{_in_duckdb(table.name)}")
    statement = SQL("copy {} from stdin with (format csv, freeze)").format(where)
    with target.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in reader.to_arrow_reader(_BATCH):
            written = io.BytesIO()
            arrow_csv.write_csv(batch, written, _CSV)
            copy.write(written.getvalue())


def _check_count(
    source: duckdb.DuckDBPyConnection, target: Connection, table: Table, where: Composed
) -> None:
    (ours,) = source.execute(f"select count(*) from {_SOURCE}.{_in_duckdb(table.name)}").fetchone() or (0,)
    (theirs,) = target.execute(SQL("select count(*) from {}").format(where)).fetchone() or (0,)
    if ours != theirs:
        raise TargetError(
            f"the table {table.name} has {ours:,} rows here and {theirs:,} on the server: what readers see"
            " there stays. Look for triggers or extensions on the server that change rows as they come in"
        )


def _check_names(table: Table) -> None:
    """PostgreSQL would cut a longer name off without an error."""
    for name in (table.name, *(column.name for column in table.columns)):
        if len(name.encode()) > _LONGEST_NAME:
            raise TargetError(f"{table.name}: PostgreSQL has no names longer than 63 bytes, as {name} is")
