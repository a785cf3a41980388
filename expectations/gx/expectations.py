"""The one expectation that all suites are made of: measured numbers keep their promised bounds.

Belongs here: the rule as Great Expectations sees it. Does not belong here: suites, contexts, documents.
Imports Great Expectations: import this module inside functions only.

An expectation of our own, because the row work is done in SQL already: a built-in one would derive a dozen
metrics per promise and say less about what was found.
"""

from __future__ import annotations

import html
from typing import Any, ClassVar

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from expectations.check import Finding, keeps_bounds, words_of_findings

FINDINGS_METRIC = "findings.of_check"


class FindingsOfCheck(TableMetricProvider):
    """The rows of a batch of findings that belong to one check."""

    metric_name = FINDINGS_METRIC
    value_keys = ("check_name",)

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls,  # noqa: N805 - Great Expectations makes it a class method
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: object,
    ) -> list[Finding]:
        frame, _accessor, _kept = execution_engine.get_compute_domain(
            metric_domain_kwargs, domain_type="table"
        )
        rows = frame[frame["check_name"] == metric_value_kwargs["check_name"]]
        return findings_of_frame(rows)


class ExpectFindingsToKeepBounds(BatchExpectation):
    """Expect every finding of a check to lie within its bounds."""

    check_name: str

    metric_dependencies: ClassVar[tuple[str, ...]] = (FINDINGS_METRIC,)
    success_keys: ClassVar[tuple[str, ...]] = ("check_name",)
    args_keys: ClassVar[tuple[str, ...]] = ("check_name",)

    def _validate(
        self,
        metrics: dict[str, list[Finding]],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: PandasExecutionEngine | None = None,
    ) -> dict[str, Any]:
        findings = metrics[FINDINGS_METRIC]
        return {
            "success": all(keeps_bounds(finding) for finding in findings),
            # Data Docs print an observed value as it is; ids and file names come from outside.
            "result": {"observed_value": html.escape(words_of_findings(findings))},
        }


def frame_of_findings(findings: list[Finding]) -> pd.DataFrame:
    """Findings as a batch; objects, so that nulls and large counts stay what they are."""
    columns = list(Finding.__dataclass_fields__)
    rows = [[getattr(finding, column) for column in columns] for finding in findings]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def findings_of_frame(frame: pd.DataFrame) -> list[Finding]:
    """The findings that a batch was made of."""
    return [Finding(*row) for row in frame.itertuples(index=False)]
