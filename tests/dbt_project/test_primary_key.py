"""The test that every model's key rests on: it passes on keys and fails on what is none."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import jinja2
import pytest

_TEST = Path(__file__).parents[2] / "dbt_project" / "tests" / "generic" / "primary_key.sql"


@pytest.mark.parametrize(
    ("rows", "breaches"),
    [
        ([(1, "a"), (1, "b"), (2, "a")], 0),
        ([], 0),
        ([(1, "a"), (1, "a"), (2, "a")], 1),
        ([(1, "a"), (None, "a")], 1),
        ([(1, None), (1, None), (2, None)], 2),
    ],
)
def test_a_key_is_unique_and_never_null(rows: list[tuple[int | None, str | None]], breaches: int) -> None:
    body = re.sub(r"\{%-?\s*(end)?test.*?%\}", "", _TEST.read_text())
    query = jinja2.Template(body).render(
        model="keyed", columns=["number", "letter"], log_of_this_build=lambda _: None
    )
    connection = duckdb.connect()
    connection.execute("create table keyed (number integer, letter varchar)")
    if rows:
        connection.executemany("insert into keyed values (?, ?)", rows)
    assert len(connection.execute(query).fetchall()) == breaches
