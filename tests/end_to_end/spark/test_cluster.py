"""A cluster runs models too: a standalone master with two workers, each a process of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb

from engines.spark import SparkEngine
from engines.spark.session import stop
from ingestion.config import Config
from orchestration.build.dbt.runner import Variables
from orchestration.build.options import Options
from orchestration.build.run import BuildRun
from orchestration.settings import Settings
from tests.end_to_end.spark.conftest import Homes
from tests.harness import spark
from tests.harness.spark_cluster import cluster

#: Models with all that they read: views, a table made whole, tables that keep history.
MODELS = ("int_as_of_day", "stg_crm__segments", "stg_crm__contacts", "int_segments", "int_newest_contacts")
QUERY = "select segment_id, name, segment_type, snapshot_date from intermediate.int_segments"


def test_models_on_two_workers(homes: Homes, tmp_path: Path) -> None:
    stop()
    with cluster(tmp_path) as address:
        given = {**spark.settings(), "spark.master": address, "spark.executor.memory": "768m"}
        config = replace(Config(), engine="spark", spark=given)
        run = BuildRun(
            Settings(str(homes.landing), tmp_path / "home"), Options(), lambda _: None, config=config
        )
        run.land()
        run.expose()
        nodes = run.dbt.build(Variables(), full_refresh=True, progress=lambda _: None, select=MODELS)
        models = {node.name: node.message for node in nodes if node.resource_type == "model" and node.is_good}
        assert models.keys() == set(MODELS)
        assert isinstance(run.engine, SparkEngine)
        session = run.engine.session
        executors = session.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
        assert len(executors) == 3  # the driver, and one of each worker
        found = sorted(tuple(row) for row in session.sql(QUERY).collect())
        stop()
    duck = BuildRun(
        Settings(str(homes.landing), tmp_path / "duckdb"), Options(), lambda _: None, config=Config()
    )
    duck.land()
    duck.expose()
    duck.dbt.build(Variables(), full_refresh=True, progress=lambda _: None, select=MODELS)
    with duckdb.connect(str(duck.home.work), read_only=True) as work:
        assert found == sorted(work.execute(QUERY).fetchall())
    assert found
