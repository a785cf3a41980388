"""Form values: lines of names and values become one JSON object, in the order in which names occur."""

from __future__ import annotations

import json

import duckdb
import pytest

from ingestion.values import form_values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: Ann\r\ncity: Rome\r\n", {"name": "Ann", "city": "Rome"}),
        ("name: Ann\ncity: Rome", {"name": "Ann", "city": "Rome"}),
        ("note: one\r\ntwo\nthree\r\nlast: x", {"note": "one\ntwo\nthree", "last": "x"}),
        ("choice: a\nchoice: b", {"choice": "a; b"}),
        ("before\nname: Ann", {"": "before", "name": "Ann"}),
        ("time: 10: 30", {"time": "10: 30"}),
        ('"quoted": \\ é', {'"quoted"': "\\ é"}),
        ("\r\n", None),
        ("", None),
        (None, None),
    ],
)
def test_lines_become_an_object(text: str | None, expected: dict[str, str] | None) -> None:
    with duckdb.connect() as connection:
        form_values.add_functions(connection)
        form_values.add_functions(connection)  # a feed after another
        found = connection.execute(f"select {form_values.as_json('?')[1]}", [text]).fetchall()[0][0]
    assert (found if found is None else list(json.loads(found).items())) == (
        expected if expected is None else list(expected.items())
    )
