"""What several modules need of SQL: quoted texts, names and paths, Parquet readers, rows of Python for
statements, connection settings.
"""

from __future__ import annotations

import glob
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
    """The path as an SQL string. Unescaped, `[prod]/a*.csv` would be every file that fits it."""
    return "'" + glob.escape(str(path)).replace("'", "''") + "'"


def parquet_sql(paths: Iterable[Path], *, by_name: bool = False) -> str:
    """SQL of a relation over Parquet files.

    by_name: it has the columns of all of them, null for the rows of files that lack one; the engine then
    reads every file's footer first. Without it, the files have the columns of the first.
    """
    listed = ", ".join(map(path_sql, paths))
    return f"read_parquet([{listed}], hive_partitioning = false, union_by_name = {str(by_name).lower()})"


def is_plain(path: Path) -> bool:
    """Can SQL name this path? A file's name may be bytes that are no text."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def quoted(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def arrow_table(columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """An Arrow table of rows. columns: name -> SQL type, in the order of a row's values."""
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


#: Connection settings: DuckDB installs and loads no extensions, whatever a statement asks for.
NO_EXTENSIONS: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
