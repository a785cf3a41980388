"""Some models keep history on Spark as on DuckDB: made whole, and then added to from the change log; in the session of
this process, and on a cluster of a master and two workers.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from engines.spark import SparkEngine
from engines.spark.session import stop
from ingestion.config import Config
from ingestion.landing import raw_layer
from orchestration.build.dbt.runner import Variables
from orchestration.build.options import Options
from orchestration.build.run import BuildRun
from orchestration.settings import Settings
from tests.end_to_end.spark.conftest import DAY_BEFORE, Homes
from tests.harness import spark
from tests.harness.spark_cluster import cluster

#: Models with all that they read: views, and of each way to keep history one at least.
MODELS = (
    *("int_as_of_day", "stg_crm__segments", "stg_crm__contacts", "int_segments", "int_newest_contacts"),
    *("int_crm_contacts", "int_merged_contacts", "int_contact_addresses"),
)
COMPARED = {
    "int_segments": "segment_id, name, segment_type, snapshot_date, file, line_number",
    "int_newest_contacts": "contact_id, snapshot_date, email, merged_into",
    "int_crm_contacts": "contact_id, snapshot_date, email, file",
    "int_merged_contacts": "contact_id, survivor_contact_id",
    "int_contact_addresses": "address, held_from, held_until, contact_id",
}


def built(config: Config, landing: Path, home: Path, *, in_two_builds: bool) -> BuildRun:
    """A home with the models, made whole of all days; or of all but the last, which is added."""
    run = BuildRun(Settings(str(landing), home), Options(), lambda _: None, config=config)
    if in_two_builds:
        first = Options(to_day=date.fromisoformat(DAY_BEFORE))
        BuildRun(run.settings, first, lambda _: None, config=config).land()
        build(run, everything=True)
        raw_layer.mark_published(home)
    run.land()
    build(run, everything=not in_two_builds)
    return run


def build(run: BuildRun, *, everything: bool) -> None:
    run.engine.expose(everything=everything)
    nodes = run.dbt.build(Variables(), full_refresh=everything, progress=lambda _: None, select=MODELS)
    models = {node.name: node for node in nodes if node.resource_type == "model"}
    assert {name: node.message for name, node in models.items() if not node.is_good} == {}
    assert models.keys() >= {*COMPARED}


def rows_of(run: BuildRun, table: str, columns: str) -> list[tuple[Any, ...]]:
    sql = f"select {columns} from intermediate.{table} order by all"
    if isinstance(run.engine, SparkEngine):
        return [tuple(row) for row in run.engine.session.sql(sql).collect()]
    with duckdb.connect(str(run.home.work), read_only=True) as work:
        return work.execute(sql).fetchall()


@pytest.fixture(scope="module")
def expected(homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    home = tmp_path_factory.mktemp("duckdb")
    run = built(Config(), homes.landing, home, in_two_builds=False)
    return {table: rows_of(run, table, columns) for table, columns in COMPARED.items()}


def check(run: BuildRun, expected: dict[str, list[tuple[Any, ...]]]) -> None:
    for table, columns in COMPARED.items():
        assert sorted(rows_of(run, table, columns), key=repr) == sorted(expected[table], key=repr), table
    assert expected["int_contact_addresses"]


def test_a_day_is_added(homes: Homes, tmp_path: Path, expected: dict[str, list[tuple[Any, ...]]]) -> None:
    stop()
    config = replace(Config(), engine="spark", spark=spark.settings())
    run = built(config, homes.landing, tmp_path / "home", in_two_builds=True)
    check(run, expected)
    assert isinstance(run.engine, SparkEngine)
    session = run.engine.session
    logged = session.sql("select count(*) from changes.int_crm_contacts").collect()[0][0]
    assert logged > 0
    commits = session.sql("select count(*) from intermediate.int_merged_contacts.snapshots").collect()[0][0]
    stop()
    # Nothing that is merged changed on the last day: the table has the snapshot that made it, and no other.
    assert commits == 1


def test_two_workers(homes: Homes, tmp_path: Path, expected: dict[str, list[tuple[Any, ...]]]) -> None:
    stop()
    with cluster(tmp_path) as address:
        given = {**spark.settings(), "spark.master": address, "spark.executor.memory": "768m"}
        config = replace(Config(), engine="spark", spark=given)
        run = built(config, homes.landing, tmp_path / "home", in_two_builds=False)
        assert isinstance(run.engine, SparkEngine)
        context = run.engine.session.sparkContext._jsc.sc()
        assert len(context.statusTracker().getExecutorInfos()) == 3  # the driver, and one of each worker
        check(run, expected)
        stop()
