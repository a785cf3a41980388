"""Opens DuckDB files for orchestration, each without network, extensions and files that it does not need.

The ledger and the audit open their own (`ingestion/ledger.py`, `expectations/engine.py`), dbt by its profile.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import duckdb

#: No connection fetches code: what a build needs is in the package.
NO_EXTENSIONS: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
_SERVING = {**NO_EXTENSIONS, "enable_external_access": False}

# Connections to one file share its settings: two threads must not settle them at the same time.
_SETTLING = threading.Lock()


def read(database: Path) -> duckdb.DuckDBPyConnection:
    """Open a database to look at it: no writing, no other file, no network, no way to allow them."""
    connection = duckdb.connect(str(database), read_only=True, config=_SERVING)
    with _SETTLING:
        if not _is_locked(connection):
            connection.execute("set global TimeZone = 'UTC'")
            connection.execute("set lock_configuration = true")
    return connection


def write(database: Path) -> duckdb.DuckDBPyConnection:
    """Open a database of ours to change it, raw Parquet beside it included."""
    return duckdb.connect(str(database), config=NO_EXTENSIONS)


def write_into(database: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    """Open a database to change it and to write files into one folder: nothing else can be reached."""
    connection = duckdb.connect(str(database), config={**NO_EXTENSIONS, "preserve_insertion_order": False})
    connection.execute("set enable_progress_bar = false")
    connection.execute("set allowed_directories = ?", [[str(folder)]])
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _is_locked(connection: duckdb.DuckDBPyConnection) -> bool:
    setting = connection.execute("select current_setting('lock_configuration')").fetchone()
    return bool(setting and setting[0])
