"""Two files of marts side by side: how many cells differ, and where.

Belongs here: comparing tables of two DuckDB files. Does not belong here: making them (`builds.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

#: Never the same in two builds of the same events: they tell of the build, not of the events.
ABOUT_THE_BUILD = frozenset({"build_info", "build_checks"})
#: One row per file read: not the same where the same records came in other files.
ABOUT_THE_FILES = frozenset({"build_files", "quarantine"})


def differing_cells(
    expected: Path, actual: Path, *, leave_out: Collection[str] = ABOUT_THE_BUILD
) -> dict[str, int]:
    """Count, for every table of schema `marts` that differs, the cells that do.

    Rows are compared as bags: a row that stands in one file only counts with all its cells, as often as
    it is missing or too many. A table that one file does not have counts with all its cells.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{expected}' as expected (read_only)")
        connection.execute(f"attach '{actual}' as actual (read_only)")
        tables = connection.execute(
            """
            select table_name, list(distinct database_name) from duckdb_columns()
            where database_name in ('expected', 'actual') and schema_name = 'marts'
            group by table_name order by table_name
            """
        ).fetchall()
        found = {
            table: _cells(connection, table, databases)
            for table, databases in tables
            if table not in leave_out
        }
    return {table: cells for table, cells in found.items() if cells}


def in_words(cells: dict[str, int]) -> str:
    """Name the tables that differ."""
    return ", ".join(f"{table}: {count} cells" for table, count in cells.items())


def _cells(connection: duckdb.DuckDBPyConnection, table: str, databases: list[str]) -> int:
    if len(databases) == 1:
        rows, width = _rows(connection, f'{databases[0]}.marts."{table}"')
        return max(rows * width, 1)
    only = [
        _rows(
            connection,
            f'(select {_columns(connection, left, table)} from {left}.marts."{table}" '
            f'except all select {_columns(connection, right, table)} from {right}.marts."{table}")',
        )
        for left, right in (("expected", "actual"), ("actual", "expected"))
    ]
    # A row with one wrong cell stands on both sides: it is counted once.
    return max(rows for rows, _ in only) * only[0][1]


def _columns(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> str:
    """The columns by name: their order says nothing. Floating-point sums may differ in the last digits."""
    rows = connection.execute(
        "select column_name, data_type from duckdb_columns() "
        "where database_name = ? and schema_name = 'marts' and table_name = ? order by column_name",
        [database, table],
    ).fetchall()
    return ", ".join(f'round("{name}", 9)' if kind == "DOUBLE" else f'"{name}"' for name, kind in rows)


def _rows(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[int, int]:
    found = connection.sql(f"from {relation}")
    return len(found.fetchall()), len(found.columns)
