"""The mean coordinate of a place is the same in whatever order its rows are read."""

from __future__ import annotations

import itertools
from pathlib import Path

import duckdb
import jinja2

_MACRO = Path(__file__).parents[2] / "dbt_project" / "macros" / "values" / "typical_coordinate.sql"
#: Their mean lies half-way between two of the rounded values.
LATITUDES = [-73.1053, -84.8975, 60.4377, -12.1019]


def test_a_mean_does_not_depend_on_the_order_of_rows() -> None:
    template = _MACRO.read_text(encoding="utf-8") + "{{ typical_coordinate('latitude') }}"
    mean = jinja2.Template(template).render(sql_type=lambda _: "bigint")
    means = [mean, "round(avg(latitude), 4)"]
    found: list[set[float]] = [set(), set()]
    with duckdb.connect(config={"threads": 1}) as connection:
        for order in itertools.permutations(LATITUDES):
            rows = ", ".join(f"(cast({latitude} as double))" for latitude in order)
            row = connection.execute(
                f"select {', '.join(means)} from (values {rows}) as t (latitude)"
            ).fetchone()
            for values, value in zip(found, row or (), strict=True):
                values.add(value)
    assert found == [{-27.4168}, {-27.4168, -27.4167}]
