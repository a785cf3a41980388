"""Spark understands every model, dbt test and check: their SQL is analysed over empty tables, in the form that makes
everything anew and in the one that adds to it. No row is read and no table of Iceberg made, so that it takes a minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engines.spark import checks, raw_tables
from ingestion.landing import raw_layer
from tests.harness import spark
from tests.harness.paths import CHECKOUT


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    from engines.spark.session import MEANING, stop

    stop()
    builder = SparkSession.builder.master("local[1]").config(
        "spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("empty"))
    )
    # With the jars, though Iceberg is not used: Java's class path stays for sessions of tests after these.
    for name, value in {**MEANING, **spark.settings()}.items():
        if "catalog" not in name.lower() and "extensions" not in name:
            builder = builder.config(name, value)
    session = (
        builder.config("spark.sql.catalogImplementation", "in-memory")
        .config("spark.ui.enabled", "false")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    for schema in ("raw", "staging", "intermediate", "marts", "seeds", "changes", "scratch"):
        session.sql(f"create schema if not exists {schema}")
    yield session
    session.stop()


def compiled(target: Path, *arguments: str) -> dict[str, Any]:
    """The compiled nodes of the project, in the order in which dbt runs them."""
    from dbt.cli.main import dbtRunner

    project = CHECKOUT / "dbt_project"
    result = dbtRunner().invoke(
        [
            *("compile", "--target", "spark", "--threads", "1", "--no-partial-parse"),
            *("--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(target)),
            *("--log-level", "none", "--log-level-file", "none", "--no-print", "--no-write-json"),
            *("--select", "resource_type:model", "resource_type:test", *arguments),
        ]
    )
    assert result.result is not None, result.exception
    failed = {each.node.name: each.message for each in result.result if str(each.status) != "success"}
    assert failed == {}
    return {each.node.unique_id: each.node for each in result.result}


def analysed(session: Any, sql: str) -> Any:
    """The schema of what a query gives, or the first line of why Spark does not understand it."""
    from pyspark.errors import PySparkException

    try:
        return session.sql(sql).schema
    except PySparkException as error:
        return str(error).strip().splitlines()[0]


def make(session: Any, name: str, schema: Any) -> None:
    session.sql(f"drop table if exists {name}")
    session.catalog.createTable(name, source="parquet", schema=schema)


def test_every_model_test_and_check(session: Any, tmp_path: Path) -> None:
    from pyspark.sql.types import StructType, _parse_datatype_string

    for relation, columns in (raw_layer.raw_relations() | raw_layer.control_relations()).items():
        make(session, f"raw.{relation}", _parse_datatype_string(raw_tables.schema_of(columns)))
    make(
        session,
        "seeds.country_centroids",
        _parse_datatype_string("country string, latitude double, longitude double"),
    )

    wrong: dict[str, str] = {}
    nodes = compiled(tmp_path, "--full-refresh")
    models = [node for node in nodes.values() if node.resource_type == "model"]
    for node in _in_order(models):
        schema = analysed(session, node.compiled_code)
        if isinstance(schema, StructType):
            make(session, node.relation_name, schema)
        else:
            wrong[node.name] = schema
    tests = [node for node in nodes.values() if node.resource_type == "test"]
    wrong |= {
        node.name: found for node in tests if isinstance(found := analysed(session, node.compiled_code), str)
    }
    assert not wrong, "\n".join(f"{name}: {why}" for name, why in wrong.items())


def _in_order(models: list[Any]) -> Iterator[Any]:
    left = {node.unique_id: node for node in models}
    while left:
        ready = [node for node in left.values() if not left.keys() & set(node.depends_on.nodes)]
        assert ready, "models in a circle"
        for node in ready:
            yield left.pop(node.unique_id)


def test_every_check(session: Any) -> None:
    from expectations.suites import CHECKS

    wrong = {
        check.name: found
        for check in CHECKS
        if isinstance(found := analysed(session, checks.translated(check.rule.sql)), str)
    }
    assert not wrong, "\n".join(f"{name}: {why}" for name, why in wrong.items())
