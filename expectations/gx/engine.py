"""Connects Great Expectations with the checks' engine: a data source whose assets are a build's tables.

Belongs here: what Great Expectations needs of a data source and an execution engine. It has none for DuckDB,
and its SQL engine uses SQLAlchemy, with which we could not decide what SQL is sent. Does not belong here:
rules,
and what is measured for them (`metrics.py`).
"""

from __future__ import annotations

import builtins
import datetime
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from great_expectations.compatibility import pydantic
from great_expectations.core.batch import BatchData, BatchMarkers, LegacyBatchDefinition
from great_expectations.core.id_dict import BatchSpec, IDDict
from great_expectations.datasource.fluent import BatchRequest
from great_expectations.datasource.fluent.interfaces import Batch, DataAsset, Datasource
from great_expectations.execution_engine import ExecutionEngine

from expectations.check import Finding, missing_from, unmeasured
from expectations.engine import Engine, EngineError
from expectations.rules import RowsKeepRule, one_pass


class BuildExecutionEngine(ExecutionEngine):
    """Gives the checks' engine to metrics, and measures all rules about the rows of one relation in one
    pass.
    """

    def __init__(self, sql: Engine) -> None:
        super().__init__(name="build")
        self.sql = sql
        self.relations = sql.relations()

    def get_batch_data_and_markers(self, batch_spec: BatchSpec) -> tuple[BatchData, BatchMarkers]:
        """Return a batch without data: rules query the engine by table name."""
        loaded_at = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        return BatchData(self), BatchMarkers({"ge_load_time": loaded_at})

    def resolve_metric_bundle(self, metric_fn_bundle: Sequence[Any]) -> dict[Any, Sequence[Finding]]:
        """Measure the rules of the gathered metrics (each metric's function is its rule).

        Return their findings.
        """
        found: dict[Any, Sequence[Finding]] = {}
        of_relation = defaultdict(list)
        for metric in metric_fn_bundle:
            if missing := missing_from(self.relations, metric.metric_fn):
                found[metric.metric_configuration.id] = missing
            else:
                of_relation[metric.metric_fn.of].append(metric)
        for relation, metrics in of_relation.items():
            findings = self._in_one_pass(relation, [metric.metric_fn for metric in metrics])
            found |= {
                metric.metric_configuration.id: each for metric, each in zip(metrics, findings, strict=True)
            }
        return found

    def _in_one_pass(self, relation: str, rules: Sequence[RowsKeepRule]) -> list[Sequence[Finding]]:
        try:
            ((rows, *values),) = self.sql.rows(one_pass(relation, rules))
        except EngineError as error:
            if len(rules) == 1:
                return [(unmeasured(f"not measurable: {error}"),)]
            return [self._in_one_pass(relation, [rule])[0] for rule in rules]
        return [rule.found(rows, *values[2 * i : 2 * i + 2]) for i, rule in enumerate(rules)]

    def _no_condition(self, condition: object) -> None:
        raise NotImplementedError(f"rules have their conditions in their SQL, not as {condition!r}")

    _comparison_condition_to_filter_clause = _no_condition
    _nullity_condition_to_filter_clause = _no_condition
    _and_condition_to_filter_clause = _no_condition
    _or_condition_to_filter_clause = _no_condition


class BuildTable(DataAsset):
    """A whole table of a build, which has one batch."""

    type: Literal["build_table"] = "build_table"

    def test_connection(self) -> None:
        """Do nothing: a missing table is reported as a finding."""

    def get_batch_parameters_keys(self, partitioner: object = None) -> tuple[str, ...]:
        """Return no keys: a whole table has no parameters."""
        return ()

    def build_batch_request(
        self, options: object = None, batch_slice: object = None, partitioner: object = None
    ) -> BatchRequest:
        """Return the request for the only batch."""
        return BatchRequest(datasource_name=self.datasource.name, data_asset_name=self.name, options={})

    def _validate_batch_request(self, batch_request: BatchRequest) -> None:
        """Do nothing: every request is for the only batch."""

    def get_batch_identifiers_list(self, batch_request: BatchRequest) -> list[dict[str, Any]]:
        """Return the identifiers of the only batch: none."""
        return [IDDict({})]

    def get_batch(self, batch_request: BatchRequest) -> Batch:
        """Return the only batch."""
        spec = BatchSpec(data_asset_name=self.name)
        data, markers = self.datasource.get_execution_engine().get_batch_data_and_markers(spec)
        definition = LegacyBatchDefinition(
            datasource_name=self.datasource.name,
            data_connector_name="build",
            data_asset_name=self.name,
            batch_identifiers=IDDict({}),
        )
        return Batch(
            datasource=self.datasource,
            data_asset=self,
            batch_request=batch_request,
            data=data,
            batch_markers=markers,
            batch_spec=spec,
            batch_definition=definition,
        )


class BuildSource(Datasource):
    """The data source of one build's tables, in the engine that `use` sets.

    Give it all assets at once, because Great Expectations rewrites its configuration for each one added.
    """

    asset_types: ClassVar[Sequence[builtins.type[DataAsset]]] = [BuildTable]

    type: Literal["build"] = "build"
    assets: list[BuildTable] = pydantic.Field(default_factory=list)

    _build_engine: BuildExecutionEngine | None = pydantic.PrivateAttr(None)

    def use(self, engine: BuildExecutionEngine) -> None:
        """Set the execution engine that holds the build's tables."""
        self._build_engine = engine

    @property
    def execution_engine_type(self) -> builtins.type[BuildExecutionEngine]:
        """Return the class of engine that metrics are registered for."""
        return BuildExecutionEngine

    def get_execution_engine(self) -> BuildExecutionEngine:
        """Return this source's only engine, so that all suites share what it has measured."""
        assert self._build_engine is not None, "call use() first"
        return self._build_engine

    def test_connection(self, test_assets: bool = True) -> None:
        """Do nothing: the connection is open already."""
