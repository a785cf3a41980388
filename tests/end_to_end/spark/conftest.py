"""Fixtures: a small world, built by Spark and by DuckDB."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

import expectations
from orchestration.cli.arguments import main
from reliability.homes.comparison import compare_engines
from simulator import FAULTS, simulate
from tests.harness import spark
from tests.harness.worlds import quick_builds

#: Set by `make spark-test`.
ASKED = "TOUCHPOINT_SPARK_TESTS"
#: Arrival days of the world.
DAYS = tuple(f"2026-01-0{day}" for day in range(1, 6))


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

    def arguments(self, name: str) -> list[str]:
        """Arguments of commands for a home: of DuckDB's, or of Spark with the configuration of the same name."""
        return [
            *("--landing", str(self.landing), "--home", str(self.home(name))),
            *("--config", str(self.folder / f"{name}.yml")),
            *("--engine", "duckdb" if name == "duckdb" else "spark"),
        ]

    def build(self, name: str, *arguments: str) -> None:
        """`touchpoint build`, which must publish."""
        assert main(["build", *self.arguments(name), *arguments]) == 0


@contextlib.contextmanager
def without_checks() -> Iterator[None]:
    """Builds of this process leave out dbt's tests and the audit: what they publish is compared."""
    with quick_builds(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(expectations, "judge", lambda *_: [])
        yield


def check_equality(homes: Homes, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A home publishes what DuckDB publishes."""
    found = compare_engines(homes.published("duckdb"), homes.published(name))
    assert found.different == {}
    assert found.tables > 80
    with capsys.disabled():
        print(f"\n{found.tables} tables, {found.cells} cells equal")


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homes]:
    folder = tmp_path_factory.mktemp("spark")
    # Every fault, but for a record of 16 MiB, which no model reads.
    faults = [fault for fault in FAULTS if fault != "oversize"]
    simulate(folder / "landing", contacts=40, days=len(DAYS), seed=7, faults=faults)
    (folder / "spark.yml").write_text(yaml.safe_dump({"spark": spark.settings()}), encoding="utf-8")
    (folder / "duckdb.yml").touch()
    yield Homes(folder)
    from engines.spark.session import stop

    stop()
    shutil.rmtree(folder)
