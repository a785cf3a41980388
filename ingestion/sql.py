"""SQL helpers of several modules: quoted texts, names and paths, Parquet readers, Arrow tables, settings."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

_ARROW = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "VARCHAR": pa.large_string(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
}


def path_sql(path: Path) -> str:
    """Return the path as an SQL string literal, escaped: `[prod]/a*.csv` must not be read as a pattern."""
    return "'" + glob.escape(str(path)).replace("'", "''") + "'"


def parquet_sql(paths: Iterable[Path], *, by_name: bool = False) -> str:
    """SQL for a relation over Parquet files.

    by_name: the relation has the columns of all files, null for rows of files that lack one; DuckDB then
        reads every file's footer first. Otherwise all files must have the columns of the first.
    """
    listed = ", ".join(map(path_sql, paths))
    return f"read_parquet([{listed}], hive_partitioning = false, union_by_name = {str(by_name).lower()})"


def is_plain(path: Path) -> bool:
    """Whether SQL can name this path: a file's name may have bytes that are not text."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def quoted(text: str) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return `name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def arrow_table(columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Return an Arrow table of rows. columns: name -> SQL type, in the order of a row's values."""
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    kinds = zip(columns.items(), values, strict=True)
    return pa.table({name: pa.array(given, _ARROW[sql_type]) for (name, sql_type), given in kinds})


@contextmanager
def registered(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> Iterator[None]:
    """Let the statements of a `with` block read an Arrow table by name."""
    connection.register(name, table)
    try:
        yield
    finally:
        connection.unregister(name)


#: Connection settings: DuckDB installs and loads no extensions, whatever a statement asks for. All that a
#: build needs is in its package.
NO_EXTENSIONS: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
#: Environment variable with the memory that one DuckDB may use, and its default; dbt's profile has them too.
MEMORY_VARIABLE, DEFAULT_MEMORY = "TOUCHPOINT_MEMORY", "3GB"


def build_settings() -> dict[str, Any]:
    """Return the settings of a connection that may read all history: no extensions, limited memory.

    A query that needs more memory spills into a folder beside the database file.
    """
    return {**NO_EXTENSIONS, "memory_limit": memory_limit()}


def memory_limit() -> str:
    """Return the memory that one DuckDB may use, such as `3GB`."""
    return os.environ.get(MEMORY_VARIABLE) or DEFAULT_MEMORY
