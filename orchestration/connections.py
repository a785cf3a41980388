"""Opens DuckDB files for orchestration, without access to the network, extensions and other files.

The ledger and the audit have their own connections (`ingestion/ledger.py`, `expectations/engine.py`), and so
has dbt, by its profile.
"""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb

from ingestion.sql import NO_EXTENSIONS, build_settings

_SERVING = {**NO_EXTENSIONS, "enable_external_access": False}

# Connections to one file share its settings: only one thread at a time may set them.
_SETTLING = threading.Lock()


def read(database: Path) -> duckdb.DuckDBPyConnection:
    """Open a database read-only, without access to other files or the network; SQL cannot change that."""
    connection = duckdb.connect(str(database), read_only=True, config=_SERVING)
    with _SETTLING:
        if not _is_locked(connection):
            connection.execute("set global TimeZone = 'UTC'")
            connection.execute("set lock_configuration = true")
    return connection


def write(database: Path) -> duckdb.DuckDBPyConnection:
    """Open one of the home's databases for writing; SQL may also read raw Parquet beside it."""
    return duckdb.connect(str(database), config=build_settings())


def write_into(database: Path, *folders: Path) -> duckdb.DuckDBPyConnection:
    """Open a database for writing; besides it, SQL can only reach files in some folders, also for writing."""
    connection = duckdb.connect(str(database), config={**build_settings(), "preserve_insertion_order": False})
    connection.execute("set enable_progress_bar = false")
    connection.execute("set allowed_directories = ?", [[str(folder) for folder in folders]])
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _is_locked(connection: duckdb.DuckDBPyConnection) -> bool:
    setting = connection.execute("select current_setting('lock_configuration')").fetchone()
    return bool(setting and setting[0])
