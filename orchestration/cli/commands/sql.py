"""`touchpoint sql`: answers a question in SQL from what a home has published."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Literal

import duckdb

from orchestration import connections
from orchestration.build import intake
from orchestration.cli import console
from orchestration.errors import UsageError
from orchestration.settings import Settings

Format = Literal["table", "csv", "json"]
#: Most rows of a table on a terminal, which also says how many there are; the other formats write all rows.
ROWS_OF_A_TABLE = 200
_ROWS_AT_A_TIME = 10_000


def sql(settings: Settings, query: str, shown_as: Format) -> int:
    """Print the result of one query over the published tables; a table without a schema is one of `marts`.

    Instants are written in UTC. The query can read only the published file and write nothing. Raises
    `UsageError` if nothing is published, or the query has a mistake.
    """
    home = intake.existing_home(settings)
    if home.published_build is None:
        raise UsageError(f"{home.root}: nothing is published yet: run `touchpoint build`")
    with connections.read(home.published / home.insights.name) as connection:
        connection.execute("use marts")
        try:
            if not duckdb.extract_statements(query):
                raise UsageError("the query holds no statement")
            result = connection.execute(query)
            columns = [column[0] for column in result.description or ()]
            _WRITERS[shown_as](columns, _rows(result))
        except duckdb.Error as error:
            raise UsageError(f"the query cannot be answered: {error}") from None
    return 0


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Any]]:
    while rows := result.fetchmany(_ROWS_AT_A_TIME):
        yield from rows


def _write_table(columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    console.say_table(columns, islice(rows, ROWS_OF_A_TABLE))
    more = sum(1 for _ in rows)
    if more:
        console.say(f"… and {more:,} more rows: --format csv or json writes all of them")


def _write_csv(columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def _write_json(columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    """Write a JSON array with one object per row, one row per line."""
    begin = "[\n"
    for row in rows:
        sys.stdout.write(begin + json.dumps(dict(zip(columns, row, strict=True)), default=str))
        begin = ",\n"
    sys.stdout.write("\n]\n" if begin == ",\n" else "[]\n")


_WRITERS = {"table": _write_table, "csv": _write_csv, "json": _write_json}
