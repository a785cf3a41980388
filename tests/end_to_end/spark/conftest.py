"""Fixtures: a small world, built by Spark and by DuckDB."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.harness import spark
from tests.harness.worlds import build

#: Set by `make spark-test`.
ASKED = "TOUCHPOINT_SPARK_TESTS"
#: The last arrival day but one.
DAY_BEFORE = "2026-01-03"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = spark.why_missing() if os.environ.get(ASKED) else "minutes long: `make spark-test` runs these"
    if reason:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))


@dataclass(frozen=True)
class Homes:
    """One landing zone, and homes of it by engine."""

    folder: Path

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    def home(self, name: str) -> Path:
        return self.folder / name

    def published(self, name: str) -> Path:
        return self.folder / name / "published" / "insights.duckdb"

    def build(self, name: str, *arguments: str) -> None:
        """`touchpoint build` by the engine after which the home is named."""
        build(
            self.landing,
            self.home(name),
            "--config",
            str(self.folder / f"{name.split('-')[0]}.yml"),
            *arguments,
        )


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homes]:
    from simulator import simulate

    folder = tmp_path_factory.mktemp("spark")
    simulate(folder / "landing", contacts=60, days=4, seed=7)
    given = {"engine": "spark", "spark": spark.settings()}
    (folder / "spark.yml").write_text(yaml.safe_dump(given), encoding="utf-8")
    (folder / "duckdb.yml").write_text("engine: duckdb\n", encoding="utf-8")
    yield Homes(folder)
    from engines.spark.session import stop

    stop()
    shutil.rmtree(folder)
