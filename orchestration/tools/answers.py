"""`make answers`: writes below each SQL block of docs/insights.md its result over a published home."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration import connections
from orchestration.cli import console
from orchestration.errors import TouchpointError
from orchestration.home import Home
from orchestration.settings import DBT_PROJECT, Settings

PAGE = DBT_PROJECT.parent / "docs" / "insights.md"

_QUERY = re.compile(r"```sql\n(?P<sql>.*?)```\n(?:```text\n.*?```\n)?", re.DOTALL)


def queries(page: str) -> list[str]:
    """Return the SQL blocks of a Markdown page, in order."""
    return [match["sql"] for match in _QUERY.finditer(page)]


def answer(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """Run a query; return its column names and its rows."""
    cursor = connection.execute(sql)
    return [column[0] for column in cursor.description or ()], cursor.fetchall()


def answered(page: str, connection: duckdb.DuckDBPyConnection) -> str:
    """Return the page with each result as a text block after its SQL block, in place of the old result."""

    def with_result(match: re.Match[str]) -> str:
        headings, rows = answer(connection, match["sql"])
        lines = console.table_lines(headings, [[_readable(value) for value in row] for row in rows])
        return f"```sql\n{match['sql']}```\n" + "\n".join(["```text", *lines, "```"]) + "\n"

    return _QUERY.sub(with_result, page)


def _readable(value: object) -> object:
    if isinstance(value, datetime):
        # A time without a zone is the beginning of a week or month: the tables hold only dates and instants.
        return f"{value:%Y-%m-%d}" if value.tzinfo is None else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float):
        return round(value, 3)
    return str(value) if value is not None and not isinstance(value, bool | int | float) else value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the queries of a page over a published home and write the page; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.tools.answers", description=__doc__)
    parser.add_argument("--home", help="the warehouse")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to rewrite")
    chosen = parser.parse_args(arguments)
    home = Home(Settings.from_environment(home=chosen.home).home)
    database = home.published / home.insights.name
    if not database.exists():
        error = TouchpointError(f"nothing is published under {home.root}: run `make demo` first")
        console.complain(str(error))
        return error.exit_code
    page = chosen.page.read_text(encoding="utf-8")
    with connections.read(database) as connection:
        chosen.page.write_text(answered(page, connection), encoding="utf-8")
    console.say(f"answered {len(queries(page))} questions in {chosen.page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
