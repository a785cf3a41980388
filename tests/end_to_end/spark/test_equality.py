"""What Spark publishes equals what DuckDB publishes, every cell, of a build of everything."""

from __future__ import annotations

import pytest

from engines.spark import SparkEngine, publication
from tests.end_to_end.spark.comparison import compare
from tests.end_to_end.spark.conftest import DAY_BEFORE, Homes
from tests.harness import spark


def test_a_build_of_everything(homes: Homes, capsys: pytest.CaptureFixture[str]) -> None:
    for engine in ("duckdb", "spark"):
        homes.build(engine, "--to", DAY_BEFORE)
    found = compare(homes.published("duckdb"), homes.published("spark"))
    assert found.different == {}
    assert found.tables > 80
    with capsys.disabled():
        print(f"\n{found.tables} tables, {found.cells} cells equal")
    session = SparkEngine(homes.home("spark"), spark.settings()).session
    [build_id] = publication.published_builds(session)
    assert build_id == (homes.home("spark") / "published").resolve().name
    tagged = f"select max(arrival_date) from marts.build_files version as of '{publication.tag_of(build_id)}'"
    assert str(session.sql(tagged).collect()[0][0]) == DAY_BEFORE
