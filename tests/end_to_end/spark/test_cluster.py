"""A cluster of a master and two workers, each a process of its own, publishes what DuckDB publishes, every cell: of a
build of everything, and of the one after an erasure.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from engines.spark import SparkEngine
from engines.spark.session import stop
from ingestion.erasure.record import KEY_VARIABLE
from orchestration.cli.arguments import main
from tests.end_to_end.spark.conftest import Homes, check_equality, without_checks
from tests.harness import spark
from tests.harness.spark_cluster import cluster

ENGINES = ("duckdb", "cluster")


@pytest.fixture(scope="module")
def built(homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homes]:
    """A home of DuckDB's, and one of a cluster that goes on running."""
    stop()
    with cluster(tmp_path_factory.mktemp("cluster")) as address:
        given = {**spark.settings(), "spark.master": address, "spark.executor.memory": "768m"}
        (homes.folder / "cluster.yml").write_text(yaml.safe_dump({"spark": given}), encoding="utf-8")
        with without_checks():
            for engine in ENGINES:
                homes.build(engine)
        context = SparkEngine(homes.home("cluster"), given).session.sparkContext._jsc.sc()
        # The driver, and one of each worker.
        assert len(context.statusTracker().getExecutorInfos()) == 3
        yield homes
        stop()


def test_a_build_of_everything_by_two_workers(built: Homes, capsys: pytest.CaptureFixture[str]) -> None:
    check_equality(built, "cluster", capsys)


def test_an_erasure(
    built: Homes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # What stands in a person's place depends on the home's key.
    monkeypatch.setenv(KEY_VARIABLE, "the same for both homes")
    with duckdb.connect(str(built.published("duckdb")), read_only=True) as before:
        person = before.sql("select mode(contact_id) from marts.fct_email_events").fetchall()[0][0]
    assert files_with(person, built.home("cluster"))
    with without_checks():
        for engine in ENGINES:
            assert main(["erase", "--contact", person, *built.arguments(engine)]) == 0
    check_equality(built, "cluster", capsys)
    assert files_with(person, built.home("cluster")) == []


def files_with(person: str, home: Path) -> list[Path]:
    """The files of Spark's tables that hold a text, current or not."""
    with duckdb.connect() as connection:
        return [
            file
            for file in sorted((home / "spark").rglob("*.parquet"))
            if connection.execute(
                f"select count(*) from read_parquet('{file}') as rows where contains(rows::varchar, ?)",
                [person],
            ).fetchall()
            != [(0,)]
        ]
