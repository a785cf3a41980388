"""DuckDB as the engine of a build: its tables are two files in the folder `build` of the home."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb

from engines.engine import PublishedTable
from expectations import engine as checks
from ingestion.ledger import is_damage
from ingestion.sql import NO_EXTENSIONS, build_settings, memory_limit, quoted

#: Environment variable by which dbt's profile finds the files.
FOLDER_VARIABLE = "TOUCHPOINT_BUILD"
#: The oldest DuckDB that can read the files, as docs/bi.md tells who reads what is published. By default,
#: DuckDB writes for its version 1.0, which takes a tenth more time and room.
STORAGE_VERSION = "v1.5.0"


class DuckDbEngine:
    """The build files of a home: `work` with what leads to the published tables, `insights` with these."""

    target = "duckdb"
    can_retract = True

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "build"
        self.work, self.insights = self.folder / "work.duckdb", self.folder / "insights.duckdb"

    def errors(self) -> tuple[type[Exception], ...]:
        """Return the class of DuckDB's errors."""
        return (duckdb.Error,)

    def is_sound(self) -> bool:
        """Whether both files exist and can be opened; later reads may still find damage."""
        files = (self.work, self.insights)
        return all(path.exists() for path in files) and all(map(_opens, files))

    def has_tables(self) -> bool:
        """Whether both files exist."""
        return self.work.exists() and self.insights.exists()

    def remove(self) -> None:
        """Remove both files."""
        for database in (self.work, self.insights):
            for path in (database, database.with_name(f"{database.name}.wal")):
                path.unlink(missing_ok=True)

    def models_at_once(self, *, everything: bool) -> int:
        """Return 1 if everything is made anew: a model over all events may need all the memory that DuckDB is
        given, and DuckDB spreads each model over the cores itself.
        """
        return 1 if everything else 2

    def expose(self, *, everything: bool, changed: Path | None = None) -> None:
        """Create the raw relations as views in the work file."""
        # Imported here: a build with nothing new does not need it.
        from ingestion.landing import raw_layer

        with _made_or_opened(self.work) as work:
            raw_layer.expose(self.home, work, everything=everything, changed=changed)

    def prepare_dbt(self) -> None:
        """Tell dbt's profile the folder of the files."""
        # dbt would make it in another format.
        if not self.insights.exists():
            _made_or_opened(self.insights).close()
        os.environ[FOLDER_VARIABLE] = str(self.folder)

    def has_rows(self, relation: str) -> bool:
        """Whether a relation has rows, asked through dbt's connection: only it may open the file."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        with DuckDBConnectionManager.env().conn.cursor() as cursor:
            try:
                return cursor.execute(f"select 1 from {relation} limit 1").fetchone() is not None
            except duckdb.Error:
                return True

    def count_rows(self, relation: str) -> int:
        """Return the rows of a table, through dbt's connection."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        with DuckDBConnectionManager.env().conn.cursor() as cursor:
            row = cursor.execute(f"select count(*) from {relation}").fetchone()
        return int(row[0])

    def release(self) -> None:
        """Close dbt's connections: while it has the files open for writing, nobody else can read them."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()

    def remove_deleted(self) -> None:
        """Write both files anew: a deleted row stays in blocks of a file that are no longer in use.

        Change logs, which hold rows as they were, are left out.
        """
        files = (self.work, self.insights)
        for copy, file in zip([_copy_without_deleted(file) for file in files], files, strict=True):
            copy.replace(file)

    def checked(self) -> AbstractContextManager[checks.Engine]:
        """Open both files read-only."""
        return checks.opened(self.insights, self.work, memory_limit())

    def hand_over(self, build_id: str, tables: Sequence[PublishedTable], unchanged: Collection[str]) -> None:
        """Do nothing: the file of the build is what is published."""

    def mark_published(self, build_id: str) -> None:
        """Do nothing: readers have the folder of the build."""

    def forget_older(self) -> None:
        """Do nothing: the files hold one build."""


def _made_or_opened(database: Path) -> duckdb.DuckDBPyConnection:
    database.parent.mkdir(parents=True, exist_ok=True)
    settings = {**build_settings(), "storage_compatibility_version": STORAGE_VERSION}
    return duckdb.connect(str(database), config=settings)


def _copy_without_deleted(database: Path) -> Path:
    """Copy a file to a new one beside it, without deleted rows and change logs; return the new file's path.

    Views keep naming the database by the name of its file.
    """
    copy = database.with_name(f".{database.name}.new")
    for left in (copy, copy.with_name(f"{copy.name}.wal")):
        left.unlink(missing_ok=True)
    spill = {"temp_directory": str(database.with_name(f"{copy.name}.tmp"))}
    settings = {**build_settings(), **spill, "preserve_insertion_order": False}
    with duckdb.connect(config=settings) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"attach {quoted(str(database))} as {database.stem}")
        connection.execute(f"drop schema if exists {database.stem}.changes cascade")
        # DuckDB would replay a write-ahead log left beside the old file into the new one.
        connection.execute(f"checkpoint {database.stem}")
        connection.execute(f"attach {quoted(str(copy))} as copy (storage_version '{STORAGE_VERSION}')")
        connection.execute(f"copy from database {database.stem} to copy")
        connection.execute("detach copy")
    return copy


def _opens(database: Path) -> bool:
    try:
        duckdb.connect(str(database), config=NO_EXTENSIONS).close()
    except duckdb.Error as error:
        if is_damage(str(error)):
            return False
        raise
    return True
