"""Compares two files of marts: how many cells differ, and in which tables."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

#: Tables about the build itself, which differ in any two builds of the same events.
ABOUT_THE_BUILD = frozenset({"build_info", "build_history", "build_checks"})
#: Tables with a row per file read, which differ where the same records come in other files.
ABOUT_THE_FILES = frozenset({"build_files", "quarantine"})


def differing_cells(
    expected: Path, actual: Path, *, leave_out: Collection[str] = ABOUT_THE_BUILD
) -> dict[str, int]:
    """Return the number of differing cells for every table of schema `marts` that differs.

    Rows are compared as multisets: a row that only one file has counts with all its cells, as often as it is
    missing or extra. A table that only one file has counts with all its cells.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{expected}' as expected (read_only)")
        connection.execute(f"attach '{actual}' as actual (read_only)")
        return differing_cells_of(connection, "expected", "actual", leave_out=leave_out)


def differing_cells_of(
    connection: duckdb.DuckDBPyConnection,
    expected: str,
    actual: str,
    *,
    leave_out: Collection[str] = ABOUT_THE_BUILD,
) -> dict[str, int]:
    """Compare two databases of one connection in the same way, by their names."""
    columns: dict[str, dict[str, list[str]]] = {}
    for table, database, column in connection.execute(
        """
        select
            table_name,
            database_name,
            case when data_type = 'DOUBLE' then 'round("' || column_name || '", 9)'
                else '"' || column_name || '"' end
        from duckdb_columns()
        where database_name in (?, ?) and schema_name = 'marts'
        order by all
        """,
        [expected, actual],
    ).fetchall():
        # By name, whatever the order of columns; sums of floating-point numbers may differ in the last
        # digits.
        columns.setdefault(table, {}).setdefault(database, []).append(column)
    found = {
        table: _cells(connection, table, sides, (expected, actual))
        for table, sides in columns.items()
        if table not in leave_out
    }
    return {table: cells for table, cells in found.items() if cells}


def in_words(cells: dict[str, int]) -> str:
    """Return the differing tables in words."""
    return ", ".join(f"{table}: {count} cells" for table, count in cells.items())


def _cells(
    connection: duckdb.DuckDBPyConnection, table: str, sides: dict[str, list[str]], databases: tuple[str, str]
) -> int:
    if len(sides) == 1:
        [(database, columns)] = sides.items()
        return max(_rows(connection, f'{database}.marts."{table}"') * len(columns), 1)
    left, right = (
        f'select {", ".join(sides[database])} from {database}.marts."{table}"' for database in databases
    )
    # A row with one wrong cell is in both differences, and counts once.
    rows = max(
        _rows(connection, f"({left} except all {right})"), _rows(connection, f"({right} except all {left})")
    )
    return rows * len(sides[databases[0]])


def _rows(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    found = connection.execute(f"select count(*) from {relation}").fetchone()
    assert found is not None
    return int(found[0])
