"""Runs the queries of one page against one build, with bound parameters."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from insights_app.published.results import Results

#: The name under which the published file is attached.
CATALOG = "published"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class BuildInfo:
    """Facts about the published build, for the foot of every page."""

    build_id: str
    built_at: datetime
    first_day: date
    last_day: date
    time_zone: str
    checks: int
    red_audits: int
    red_arrivals: int


class Reader:
    """Runs queries of the catalogue over the build's tables, with bound parameters.

    folder: the build's folder. results: cached results of queries against the build.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, folder: Path, results: Results) -> None:
        self._cursor = cursor
        self._results = results
        self.folder = folder
        self._cursor.execute(f"use {CATALOG}.marts")

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return every row of the result, by column name. Rows are shared between pages: never change them.

        Parameters that the query does not name are not bound.
        """
        bound = _bound(sql, parameters or {})
        return self._results.of((sql, *bound.items()), lambda: self._ask(sql, bound))

    def one(self, sql: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """Return the first row of the result; None if there is none."""
        return next(iter(self.rows(sql, parameters)), None)

    def columns(self, sql: str, parameters: Mapping[str, Any]) -> list[str]:
        """Return the names of a query's columns, without running the query."""
        described = f"describe {sql}"
        # The columns do not depend on the parameters' values.
        bound = _bound(described, parameters)
        rows = self._results.of(described, lambda: self._ask(described, bound))
        return [row["column_name"] for row in rows]

    def batches(
        self, sql: str, parameters: Mapping[str, Any], size: int = 20_000
    ) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Yield a large result in batches of rows; the first batch has the columns' names."""
        result = self._cursor.execute(sql, _bound(sql, parameters))
        yield [tuple(column[0] for column in result.description)]
        while batch := result.fetchmany(size):
            yield batch

    def arrow(self, sql: str, parameters: Mapping[str, Any], size: int = 50_000) -> Any:
        """Return a large result as a stream of Arrow record batches."""
        return self._cursor.execute(sql, _bound(sql, parameters)).to_arrow_reader(size)

    def info(self) -> BuildInfo:
        """Return facts about the build."""
        row = self.one("select * from build_info")
        assert row is not None
        return BuildInfo(
            build_id=row["build_id"],
            built_at=row["built_at"],
            first_day=row["first_arrival_date"],
            last_day=row["as_of_date"],
            time_zone=row["reporting_time_zone"],
            checks=row["audit_checks"] + row["arrival_checks"],
            red_audits=row["audit_failed"],
            red_arrivals=row["arrival_failed"],
        )

    def _ask(self, sql: str, bound: Mapping[str, Any]) -> list[dict[str, Any]]:
        result = self._cursor.execute(sql, bound)
        names = [column[0] for column in result.description]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


@functools.lru_cache(maxsize=1_000)
def _named(sql: str) -> tuple[str, ...]:
    return tuple(sorted(duckdb.extract_statements(sql)[0].named_parameters))


def _bound(sql: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: parameters[name] for name in _named(sql)}
