"""The engine at hand: where a build's tables are, and what runs the SQL of checks.

Belongs here: the little that checks ask of an engine, and DuckDB's answer. Another engine (Spark) gives the
same three. Does not belong here: any SQL of a check (`rules.py`, `suites/`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import duckdb


class EngineError(Exception):
    """The engine could not run a statement; the message is the engine's own."""


class Engine(Protocol):
    """What runs SQL over a build: facts, dimensions, marts (`insights`) and their makings (`work`)."""

    def rows(self, sql: str) -> Sequence[tuple[Any, ...]]:
        """The rows of a query. Raises `EngineError`."""

    def relations(self) -> frozenset[str]:
        """Every table and view, as `database.schema.table`."""

    def text_columns(self) -> Sequence[tuple[str, str]]:
        """Every column of text that is stored, views left out: table as `database.schema.table`, and name."""


class DuckDb:
    """The engine over a DuckDB connection with both databases attached, whose tables stay the same."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        try:
            return self._connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise EngineError(str(error)) from error

    def relations(self) -> frozenset[str]:
        """Every table and view of the attached databases."""
        return self._relations

    @functools.cached_property
    def _relations(self) -> frozenset[str]:
        rows = self.rows(
            "select table_catalog || '.' || table_schema || '.' || table_name from information_schema.tables"
        )
        return frozenset(name for (name,) in rows)

    def text_columns(self) -> list[tuple[str, str]]:
        """Every text column of a table, in order of their names."""
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
def opened(insights: Path, work: Path) -> Iterator[DuckDb]:
    """Both files of a build, read-only: one that does not exist has no tables.

    Whatever SQL is run, it reaches these two files and nothing else: no file, no network, no way back.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set preserve_insertion_order = false")
        # What does not fit in memory is spilled beside the build, not into whatever folder we run in.
        connection.execute(f"set temp_directory = {_literal(str(insights.parent / 'audit_spill'))}")
        for name, path in (("insights", insights), ("work", work)):
            if path.exists():
                connection.execute(f"attach {_literal(str(path))} as {name} (read_only)")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield DuckDb(connection)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
