"""Compares two files of marts: how many cells differ, and in which tables."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
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
    with _attached(expected, actual) as connection:
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


@dataclass
class Comparison:
    """How much was compared, and the number of differing cells for every table that differs."""

    tables: int = 0
    cells: int = 0
    different: dict[str, int] = field(default_factory=dict)


def compare_engines(expected: Path, actual: Path) -> Comparison:
    """Compare what two engines published: numbers to the last bit, and columns with their order and types.

    A table with other columns counts with all its cells.
    """
    found = Comparison()
    with _attached(expected, actual) as connection:
        one, other = (_columns(connection, database) for database in ("expected", "actual"))
        for table in sorted((one.keys() | other.keys()) - ABOUT_THE_BUILD):
            found.tables += 1
            columns = [f'"{name}"' for name, _ in one.get(table) or other[table]]
            holder = "expected" if table in one else "actual"
            cells = _rows(connection, f'{holder}.marts."{table}"') * len(columns)
            found.cells += cells
            if one.get(table) != other.get(table):
                found.different[table] = max(cells, 1)
            elif wrong := _cells(
                connection, table, {"expected": columns, "actual": columns}, ("expected", "actual")
            ):
                found.different[table] = wrong
    return found


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[tuple[str, str]]]:
    """Return every table of schema `marts` -> its columns in order, each with its type."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where database_name = ? and schema_name = 'marts' order by table_name, column_index",
        [database],
    ).fetchall():
        columns.setdefault(table, []).append((column, kind))
    return columns


def in_words(cells: dict[str, int]) -> str:
    """Return the differing tables in words."""
    return ", ".join(f"{table}: {count} cells" for table, count in cells.items())


@contextlib.contextmanager
def _attached(expected: Path, actual: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open two files as the databases `expected` and `actual`, with instants in UTC."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{expected}' as expected (read_only)")
        connection.execute(f"attach '{actual}' as actual (read_only)")
        yield connection


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
