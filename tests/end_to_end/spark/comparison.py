"""Compares the published tables of two homes, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

#: Tables about a build itself: its id, its time, what its checks found.
OF_A_BUILD = frozenset({"build_info", "build_checks", "build_history"})


@dataclass
class Comparison:
    """What was compared, and the tables of which rows or columns differ."""

    tables: int = 0
    cells: int = 0
    different: dict[str, str] = field(default_factory=dict)


def compare(one: Path, other: Path) -> Comparison:
    """Compare every table and view of schema `marts` in two databases; rows may be in another order."""
    found = Comparison()
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        shapes = {name: _shapes(connection, name) for name in ("one", "other")}
        for table in sorted((shapes["one"].keys() | shapes["other"].keys()) - OF_A_BUILD):
            found.tables += 1
            here, there = (shapes[name].get(table) for name in ("one", "other"))
            if here != there:
                found.different[table] = f"columns {here} and {there}"
                continue
            rows = connection.execute(f"select count(*) from one.marts.{table}").fetchone()
            found.cells += (rows[0] if rows else 0) * len(here or ())
            differing = connection.execute(
                f"select (select count(*) from (from one.marts.{table} except all from other.marts.{table})),"
                f" (select count(*) from (from other.marts.{table} except all from one.marts.{table}))"
            ).fetchone()
            if differing != (0, 0):
                found.different[table] = f"{differing} rows of {rows}"
    return found


def _shapes(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[tuple[str, str]]]:
    shapes: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where database_name = ? and schema_name = 'marts' order by table_name, column_index",
        [database],
    ).fetchall():
        shapes.setdefault(table, []).append((column, kind))
    return shapes
