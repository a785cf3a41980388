"""Finds a text in a home: in the bytes of any file, or in any row of a table."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import duckdb


def traces(home: Path, needles: Collection[str]) -> list[str]:
    """Return every place that contains one of these texts, in any case.

    Rows are searched beside bytes because tables are compressed.
    """
    found = []
    pattern = "|".join(re.escape(needle.lower()) for needle in needles)
    with duckdb.connect() as connection:
        for file in (file for file in home.rglob("*") if file.is_file() and not file.is_symlink()):
            if re.search(pattern.encode(), file.read_bytes().lower()):
                found.append(f"bytes of {file}")
            for source in _tables(connection, file):
                sql = f"select count(*) from {source} as t where regexp_matches(lower(cast(t as varchar)), ?)"
                rows = connection.execute(sql, [pattern]).fetchone()
                if rows and rows[0]:
                    found.append(f"{rows[0]} rows of {source} in {file}")
            connection.execute("detach database if exists opened")
    return found


def _tables(connection: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    if file.suffix == ".parquet":
        return [f"read_parquet('{file}')"]
    if file.suffix != ".duckdb":
        return []
    connection.execute(f"attach '{file}' as opened (read_only)")
    tables = "select schema_name, table_name from duckdb_tables() where database_name = 'opened'"
    return [f'opened."{schema}"."{table}"' for schema, table in connection.execute(tables).fetchall()]
