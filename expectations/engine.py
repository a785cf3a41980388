"""The engine that holds a build's tables and runs the SQL of checks.

Belongs here: the three methods that checks need of an engine, and DuckDB's implementation. Another engine
(Spark) would implement the same three. Does not belong here: any SQL of a check (`rules.py`, `suites/`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import duckdb


class EngineError(Exception):
    """The engine could not run a statement; the message is the engine's."""


class Engine(Protocol):
    """Runs SQL over a build's two databases: `insights` (facts, dimensions, marts) and `work` (their
    sources).
    """

    def rows(self, sql: str) -> Sequence[tuple[Any, ...]]:
        """Run a query and return its rows. Raises `EngineError`."""

    def relations(self) -> frozenset[str]:
        """Return every table and view, as `database.schema.table`."""

    def text_columns(self) -> Sequence[tuple[str, str]]:
        """Return every text column of a table (not of views): table as `database.schema.table`, and column
        name.
        """


class DuckDb:
    """The engine over a DuckDB connection with both databases attached.

    Their tables must not change meanwhile.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        try:
            return self._connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise EngineError(str(error)) from error

    def relations(self) -> frozenset[str]:
        """Return every table and view of the attached databases."""
        return self._relations

    @functools.cached_property
    def _relations(self) -> frozenset[str]:
        rows = self.rows(
            "select table_catalog || '.' || table_schema || '.' || table_name from information_schema.tables"
        )
        return frozenset(name for (name,) in rows)

    def text_columns(self) -> list[tuple[str, str]]:
        """Return every text column of every table, sorted by name."""
        return [
            (relation, column)
            for relation, column in self.rows(
                "select c.database_name || '.' || c.schema_name || '.' || c.table_name, c.column_name"
                " from duckdb_columns() as c"
                " inner join duckdb_tables() as t"
                " on c.table_oid = t.table_oid and c.database_name = t.database_name"
                " where c.data_type = 'VARCHAR' order by all"
            )
        ]


@contextmanager
def opened(insights: Path, work: Path, memory: str | None = None) -> Iterator[DuckDb]:
    """Open both files of a build read-only; a file that does not exist counts as one without tables.

    memory: how much of it DuckDB may use, such as `3GB`; None for its own limit, most of the machine's.

    SQL can read these two files only: no other file and no network, and it cannot change that setting.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set preserve_insertion_order = false")
        # Spill what does not fit into memory beside the build, not into the current folder.
        if memory is not None:
            connection.execute(f"set memory_limit = {_literal(memory)}")
        connection.execute(f"set temp_directory = {_literal(str(insights.parent / 'audit_spill'))}")
        for name, path in (("insights", insights), ("work", work)):
            if path.exists():
                connection.execute(f"attach {_literal(str(path))} as {name} (read_only)")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield DuckDb(connection)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
