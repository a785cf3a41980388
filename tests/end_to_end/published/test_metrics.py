"""What `mf query` answers is what the marts say: every KPI of the dictionary, in every mart that shows it."""

from __future__ import annotations

import csv
import math
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest

from expectations import kpis
from orchestration.tools import metrics
from tests.harness.worlds import World

Cells = dict[tuple[Any, ...], dict[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def dbt_as_before() -> Iterator[None]:
    """Whatever these tests point dbt at, later ones find it as it was."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters

    before = dict(os.environ)
    yield
    DuckDBConnectionManager.close_all_connections()
    reset_adapters()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def published(faulty_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy: MetricFlow holds the database that it is pointed at."""
    copy = tmp_path_factory.mktemp("metrics") / "published"
    shutil.copytree(faulty_world.home / "published", copy)
    return copy


@pytest.fixture(scope="module")
def engine(published: Path) -> Iterator[MetricFlowEngine]:
    """MetricFlow over the published file, as `make metrics` sets it up."""
    metrics.point_at(published)
    configuration = CLIConfiguration()
    configuration.setup(configure_file_logging=False)
    yield configuration.mf


def asked(engine: MetricFlowEngine, mart: str, of: str, shown: list[kpis.Kpi]) -> Cells:
    """The KPIs by the key of a mart, asked of MetricFlow by way of a semantic model."""
    key = kpis.key_of(mart)
    by = [grouped_by(engine, of, column) for column in key]
    request = MetricFlowQueryRequest.create(metric_names=[kpi.name for kpi in shown], group_by_names=by)
    table = engine.query(request).result_df
    assert table is not None
    cells = {}
    for row in table.rows:
        values = dict(zip(table.column_names, row, strict=True))
        cells[tuple(plain(values[name]) for name in by)] = {kpi.column: values[kpi.name] for kpi in shown}
    return cells


def grouped_by(engine: MetricFlowEngine, of: str, column: str) -> str:
    """A column of a mart in MetricFlow's words: an entity, the time of the metric, or a dimension."""
    models = engine._semantic_manifest_lookup.semantic_manifest.semantic_models
    model = next(model for model in models if model.name == of)
    entities = {entity.name for entity in model.entities}
    if column in entities:
        return column
    assert model.defaults is not None
    near = (other for other in models if other is model or primary(other) in entities)
    for other in near:
        for dimension in other.dimensions:
            if dimension.name == column != model.defaults.agg_time_dimension:
                return f"{primary(other)}__{column}{'__day' if dimension.type.value == 'time' else ''}"
    return "metric_time__day"


def primary(model: Any) -> str:
    """The entity that a row of a semantic model is."""
    named = [entity.name for entity in model.entities if entity.type.value == "primary"]
    return named[0] if named else model.primary_entity


def in_mart(published: Path, mart: str, shown: list[kpis.Kpi]) -> Cells:
    """The same of the mart: of its Parquet copy, while MetricFlow holds the database."""
    columns = ", ".join([*kpis.key_of(mart), *(kpi.column for kpi in shown)])
    with duckdb.connect() as connection:
        rows = connection.execute(f"select {columns} from '{published}/parquet/{mart}.parquet'").fetchall()
    wide = len(kpis.key_of(mart))
    return {
        tuple(plain(value) for value in row[:wide]): {
            kpi.column: value for kpi, value in zip(shown, row[wide:], strict=True)
        }
        for row in rows
    }


def plain(value: Any) -> str:
    """A part of a key; days may come as instants."""
    return str(value)[:10] if hasattr(value, "year") else str(value)


def differing(asked: Cells, mart: Cells) -> list[str]:
    """Cells where the two differ. Where nothing is counted a mart may have no row, and of the web none has one
    for the unknown entity."""
    nothing: dict[str, Any] = {}
    found = [
        f"{key}: {column} is {value} in the mart, {asked.get(key, nothing).get(column)} asked"
        for key, values in mart.items()
        for column, value in values.items()
        if not same(value, asked.get(key, nothing).get(column))
    ]
    missing = [key for key in asked.keys() - mart.keys() if key[0] != "unknown" and any(asked[key].values())]
    return found + [f"{key}: not in the mart" for key in missing]


def same(one: Any, other: Any) -> bool:
    return math.isclose(float(one or 0), float(other or 0), rel_tol=1e-9)


#: Messages know no segment: a member of several counts in each. The audit recounts this mart.
BY_MEMBERSHIP = {"mart_email_segment_kpis"}


@pytest.mark.parametrize("mart", [mart for mart in kpis.marts() if mart not in BY_MEMBERSHIP])
def test_a_mart_equals_its_metrics(mart: str, engine: MetricFlowEngine, published: Path) -> None:
    shown = kpis.shown_in(mart)
    counts = [kpi for kpi in shown if isinstance(kpi, kpis.Count)]
    for of in dict.fromkeys(count.of for count in counts):
        ofs: list[kpis.Kpi] = [count for count in counts if count.of == of]
        assert differing(asked(engine, mart, of, ofs), in_mart(published, mart, ofs)) == [], of
    rates: list[kpis.Kpi] = [kpi for kpi in shown if isinstance(kpi, kpis.Rate)]
    if rates:
        of = counts[-1].of
        assert differing(asked(engine, mart, of, rates), in_mart(published, mart, rates)) == []


def test_the_comparison_can_fail(engine: MetricFlowEngine, published: Path) -> None:
    shown = [kpi for kpi in kpis.shown_in("mart_email_kpis") if kpi.name in ("sent", "open_rate")]
    told = asked(engine, "mart_email_kpis", "email_messages", shown)
    mart = in_mart(published, "mart_email_kpis", shown)
    first, second, *_ = mart
    mart[first]["sent"] += 1
    mart[second]["open_rate"] = 7.0
    told["nowhere",] = {"sent": 1}
    told["empty",] = {"sent": 0, "open_rate": None}
    assert len(differing(told, mart)) == 3


def test_the_command_answers(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHPOINT_HOME", str(published.parent))
    answer = tmp_path / "answer.csv"
    query = ["query", "--metrics", "sent,open_rate", "--group-by", "email_id", "--csv", str(answer)]
    assert metrics.main(query) == 0
    with answer.open() as lines:
        rows = {row["email_id"]: int(row["sent"]) for row in csv.DictReader(lines)}
    sent = [kpi for kpi in kpis.shown_in("mart_email_kpis") if kpi.name == "sent"]
    marts = in_mart(published, "mart_email_kpis", sent)
    assert rows == {email_id: values["sent"] for (email_id,), values in marts.items()}


def test_a_kpi_is_asked_by_what_its_entities_are_called(engine: MetricFlowEngine) -> None:
    request = MetricFlowQueryRequest.create(
        metric_names=["sent", "submissions"], group_by_names=["journey_id__name"]
    )
    table = engine.query(request).result_df
    assert table is not None
    assert len(table.rows) > 2


@pytest.mark.parametrize(
    ("command", "complaint"), [("query", "nothing is published"), ("ask", "no command 'ask': there are")]
)
def test_what_cannot_be_asked_is_said(
    command: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("TOUCHPOINT_HOME", str(tmp_path))
    assert metrics.main([command]) != 0
    assert complaint in capsys.readouterr().err
