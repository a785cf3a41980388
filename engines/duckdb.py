"""DuckDB as the engine of a build: its tables are two files in the folder `build` of the home."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb

from engines.engine import PublishedTable
from expectations import engine as checks
from ingestion.landing import raw_layer
from ingestion.ledger import is_damage
from ingestion.sql import NO_EXTENSIONS

#: Environment variable by which dbt's profile finds the files.
FOLDER_VARIABLE = "TOUCHPOINT_BUILD"


class DuckDbEngine:
    """The build files of a home: `work` with what leads to the published tables, `insights` with these."""

    target = "duckdb"

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

    def expose(self, *, everything: bool) -> None:
        """Create the raw relations as views in the work file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(self.work), config=NO_EXTENSIONS) as work:
            raw_layer.expose(self.home, work, everything=everything)

    def prepare_dbt(self) -> None:
        """Tell dbt's profile the folder of the files."""
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

    def checked(self) -> AbstractContextManager[checks.Engine]:
        """Open both files read-only."""
        return checks.opened(self.insights, self.work)

    def hand_over(self, build_id: str, tables: Sequence[PublishedTable], unchanged: Collection[str]) -> None:
        """Do nothing: the file of the build is what is published."""

    def mark_published(self, build_id: str) -> None:
        """Do nothing: readers have the folder of the build."""

    def forget_older(self) -> None:
        """Do nothing: the files hold one build."""


def _opens(database: Path) -> bool:
    try:
        duckdb.connect(str(database), config=NO_EXTENSIONS).close()
    except duckdb.Error as error:
        if is_damage(str(error)):
            return False
        raise
    return True
