"""Two engines that publish different cells are found; without Spark nothing is tried."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reliability.experiments import engines


def published(_landing: Path, folder: Path, _configuration: Path, engine: str, *more: str) -> Path:
    """A file for each engine; on the last day they differ in a cell."""
    path = folder / f"{engine}{len(more)}.duckdb"
    value = 2 if engine == "spark" and not more else 1
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema marts; create table marts.t as select 1 as id, {value} as value")
    return path


@pytest.fixture(autouse=True)
def _nothing_is_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "simulate", lambda *_, **__: None)


def test_a_cell_that_differs_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_build", published)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: True)
    at_once, added = engines.run(10, 1, tmp_path, lambda _: None)
    assert (at_once.tried, at_once.is_clean) == (2, True)
    assert (added.tried, added.wrong_cells) == (2, 2)
    assert "the next day added" in added.findings[0]


def test_without_pyspark_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def missing(name: str) -> Any:
        assert name == "pyspark"

    monkeypatch.setattr(importlib.util, "find_spec", missing)
    assert engines.run(10, 1, tmp_path, said.append) == []
    assert said == [
        "pyspark is not installed, and nothing is built by Spark: pip install 'touchpoint[spark]'"
    ]
