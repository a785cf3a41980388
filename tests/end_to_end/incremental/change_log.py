"""What a build says it changed, held against what it did change.

Belongs here: comparing the change logs in the build files with the tables before and after.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path

import duckdb

#: The build files, and the schemas whose tables keep a log.
FILES = {"work": "intermediate", "insights": "marts"}


def wrong_logs(before: Path, after: Path, tables: Set[str]) -> dict[str, int]:
    """Count rows that are in a table's log or differ between two states of it, but not both; by table.

    before, after: folders with the build files, before and after the build that wrote the logs. tables: those
    that must have one. Columns that no row of a log fills are not logged, so they are not compared.
    """
    found = {}
    for file, schema in FILES.items():
        with duckdb.connect() as connection:
            for name, folder in (("before", before), ("after", after)):
                connection.execute(f"attach '{folder / file}.duckdb' as {name} (read_only)")
            for table in _logged_tables(connection):
                found[table] = _differing_rows(connection, schema, table)
    assert found.keys() == tables, "every incremental model keeps a log"
    return {table: rows for table, rows in found.items() if rows}


def logged(build: Path) -> set[str]:
    """Return the tables of the build files in a folder whose logs have rows."""
    found = set()
    for file in FILES:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{build / file}.duckdb' as after (read_only)")
            found |= {
                table
                for table in _logged_tables(connection)
                if connection.execute(f"select 1 from after.changes.{table} limit 1").fetchone()
            }
    return found


def _logged_tables(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    rows = connection.execute(
        "select table_name from information_schema.tables"
        " where table_catalog = 'after' and table_schema = 'changes' order by all"
    )
    return (table for (table,) in rows.fetchall())


def _differing_rows(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    log = f"after.changes.{table}"
    summary = connection.execute(f"select * from (summarize {log})").fetchall()
    columns = ", ".join(f'"{row[0]}"' for row in summary if row[10] and row[11] != 100) or "1"
    old, new = (f"(select {columns} from {state}.{schema}.{table})" for state in ("before", "after"))
    changed = f"((from {old} except from {new}) union (from {new} except from {old}))"
    logged = f"(select distinct {columns} from {log})"
    row = connection.execute(
        f"select count(*) from ((from {changed} except from {logged}) union all (from {logged} except from {changed}))"
    ).fetchone()
    assert row is not None
    return int(row[0])
