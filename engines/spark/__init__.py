"""Apache Spark as the engine of a build: its tables are Iceberg tables in a catalog (`session.py`).

pyspark is an optional package, imported where a session is asked for.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from engines.engine import PublishedTable
from engines.spark import publication, raw_tables
from engines.spark.checks import SparkChecks
from engines.spark.session import folder_of, session_of

#: Schemas with tables of a build.
_SCHEMAS = ("raw", "seeds", "intermediate", "changes", "marts")


class SparkEngine:
    """The Iceberg tables of a home. settings: Spark's, from touchpoint.yml."""

    target = "spark"
    can_retract = False

    def __init__(self, home: Path, settings: Mapping[str, str]) -> None:
        self.home = home
        self.folder = folder_of(home)
        self.insights = home / "build" / "insights.duckdb"
        self._settings = settings

    @property
    def session(self) -> Any:
        """Return the session; it starts when it is first asked for, which takes seconds."""
        return session_of(self.home, self._settings)

    def is_sound(self) -> bool:
        """Whether the last build's tables are there: those in the catalog, and the copy for publication.

        An erasure removes the copy, so that every table is made anew after it.
        """
        return self.insights.exists() and self.has_tables()

    def has_tables(self) -> bool:
        """Whether the catalog has tables of schema `marts`."""
        return bool(self._tables("marts"))

    def remove(self) -> None:
        """Remove the copy for publication; tables of the catalog are replaced one by one."""
        for path in (self.insights, self.insights.with_name(f"{self.insights.name}.wal")):
            path.unlink(missing_ok=True)

    def errors(self) -> tuple[type[Exception], ...]:
        """Return the classes of errors of Spark and of the copy."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        return (PySparkException, Py4JError, duckdb.Error)

    def models_at_once(self, *, everything: bool) -> int:
        """Return 2: while one model is planned, which needs one core, another is computed."""
        return 2

    def expose(self, *, everything: bool, changed: Path | None = None) -> None:
        """Write the raw relations as Iceberg tables."""
        if changed is not None:
            raise NotImplementedError("Spark's tables are made anew after an erasure")
        raw_tables.expose(self.session, self.home, self.folder / "ledger", everything=everything)

    def prepare_dbt(self) -> None:
        """Start the session, which dbt then finds."""
        _ = self.session

    def has_rows(self, relation: str) -> bool:
        """Whether a relation has rows; True if it cannot be asked."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            return bool(self.session.sql(f"select 1 from {_name(relation)} limit 1").collect())
        except (PySparkException, Py4JError):
            return True

    def count_rows(self, relation: str) -> int:
        """Return the rows of a table."""
        return int(self.session.sql(f"select count(*) from {_name(relation)}").collect()[0][0])

    def release(self) -> None:
        """Do nothing: the session goes on until the process ends."""

    def remove_deleted(self) -> None:
        """Do nothing: after an erasure every table is made anew, and older files are forgotten."""

    @contextlib.contextmanager
    def checked(self) -> Iterator[SparkChecks]:
        """Yield the session for checks."""
        yield SparkChecks(self.session)

    def hand_over(self, build_id: str, tables: Sequence[PublishedTable], unchanged: Collection[str]) -> None:
        """Tag the finished tables, and copy them into the home's `build/insights.duckdb`."""
        names = {relation.rpartition(".")[2] for relation in unchanged if ".marts." in relation}
        publication.tag(self.session, build_id, tables)
        publication.export(self.session, self.insights, self.folder / "export", build_id, tables, names)

    def mark_published(self, build_id: str) -> None:
        """Name the build in the table of builds; forget the oldest ones, many at once: it takes a minute."""
        publication.record(self.session, build_id)
        old = publication.published_builds(self.session)[publication.KEPT :]
        if len(old) >= publication.KEPT:
            publication.forget(self.session, old, self._all_tables())

    def forget_older(self) -> None:
        """Forget all builds but the newest, and remove the files of what they alone held."""
        publication.forget(self.session, publication.published_builds(self.session)[1:], self._all_tables())
        shutil.rmtree(self.folder / "ledger", ignore_errors=True)

    def _tables(self, schema: str) -> list[str]:
        return [f"{schema}.{row.tableName}" for row in self.session.sql(f"show tables in {schema}").collect()]

    def _all_tables(self) -> list[str]:
        return [name for schema in _SCHEMAS for name in self._tables(schema)]


def _name(relation: str) -> str:
    """Return a relation's name without quotes and database, which only DuckDB has."""
    return ".".join(relation.replace('"', "").split(".")[-2:])
