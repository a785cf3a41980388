"""A cluster runs models too: a standalone master with two workers, each a process of its own."""

from __future__ import annotations

from pathlib import Path

import duckdb

from engines.spark import SparkEngine
from engines.spark.session import stop
from ingestion.config import load_config
from orchestration.build.options import Options
from orchestration.build.run import BuildRun
from orchestration.settings import Settings
from tests.end_to_end.spark.conftest import Homes
from tests.harness import spark
from tests.harness.spark_cluster import cluster

#: Models of two subjects, with all that they read.
MODELS = ("int_as_of", "stg_crm__segments", "stg_crm__contacts", "int_segments", "dim_date")


def test_models_on_two_workers(homes: Homes, tmp_path: Path) -> None:
    stop()
    with cluster(tmp_path) as address:
        file = tmp_path / "cluster.yml"
        file.write_text("engine: spark\n", encoding="utf-8")
        given = {**spark.settings(), "spark.master": address, "spark.executor.memory": "768m"}
        config = load_config(file)
        config.spark.update(given)  # type: ignore[attr-defined]
        settings = Settings(str(homes.landing), tmp_path / "home", file)
        run = BuildRun(settings, Options(), lambda _: None, config=config)
        run.land()
        run.expose()
        checks = run.transform(MODELS)
        assert [check for check in checks if not check.passed] == []
        engine = run.engine
        assert isinstance(engine, SparkEngine)
        session = engine.session
        executors = session.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
        assert len(executors) == 3  # the driver, and one per worker
        found = sorted(
            tuple(row)
            for row in session.sql("select segment_id, name from intermediate.int_segments").collect()
        )
        stop()
    with duckdb.connect(str(homes.home("duckdb") / "build" / "work.duckdb"), read_only=True) as work:
        assert found == sorted(
            work.execute("select segment_id, name from intermediate.int_segments").fetchall()
        )
