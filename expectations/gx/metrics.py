"""Metrics that Great Expectations measures for our expectations; each runs its rule's SQL in the engine.

Belongs here: one metric per kind of rule. Does not belong here: the SQL (`expectations/rules.py`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.expectations.metrics.metric_provider import (
    MetricProvider,
    metric_partial,
    metric_value,
)

from expectations import rules
from expectations.check import Finding, measured
from expectations.gx.engine import BuildExecutionEngine

#: Arguments that are mappings: passed as pairs, because a stored suite loses the order of a mapping.
IN_ORDER = frozenset({"counts", "members", "only"})


def fields_of(rule: type) -> tuple[str, ...]:
    """Return the arguments of a kind of rule, which its metric and its expectation have too."""
    return tuple(field.name for field in dataclasses.fields(rule))


def metric_of(rule: type) -> str:
    """Return the name of the metric of a kind of rule."""
    return f"build.{rule.__name__}"


class RowsBreakingRule(MetricProvider):
    """Counts the rows that break a rule.

    Such metrics are gathered first, so that one pass measures all rules of a relation.
    """

    metric_name = metric_of(rules.RowsKeepRule)
    domain_keys = ("batch_id",)
    value_keys = fields_of(rules.RowsKeepRule)

    @metric_partial(
        engine=BuildExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _rule(
        cls,  # noqa: N805 - Great Expectations makes it a class method
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: object,
    ) -> tuple[rules.RowsKeepRule, dict[str, Any], dict[str, Any]]:
        return rules.RowsKeepRule(**metric_value_kwargs), metric_domain_kwargs, {}


class _MeasuredByRule(MetricProvider):
    """Base of metrics that run their rule's own query."""

    rule: ClassVar[type]

    domain_keys = ("batch_id",)

    def __init_subclass__(cls) -> None:
        cls.metric_name, cls.value_keys = metric_of(cls.rule), fields_of(cls.rule)

    @metric_value(engine=BuildExecutionEngine)
    def _measured(
        cls,  # noqa: N805 - Great Expectations makes it a class method
        execution_engine: BuildExecutionEngine,
        metric_value_kwargs: dict[str, Any],
        **_: object,
    ) -> Sequence[Finding]:
        arguments = {
            name: dict(value) if name in IN_ORDER else value for name, value in metric_value_kwargs.items()
        }
        return measured(execution_engine.sql, cls.rule(**arguments))


class KeysNotUnique(_MeasuredByRule):
    """Counts the rows whose key another row has too."""

    rule = rules.KeysAreUnique


class TotalsDiffering(_MeasuredByRule):
    """Counts, for each count, the cells in which two sides differ."""

    rule = rules.TotalsAgree


class MembersMissing(_MeasuredByRule):
    """Counts the members that a fact names and its dimensions lack."""

    rule = rules.RowsFindMembers


class ValuesMeasured(_MeasuredByRule):
    """Measures values with a query, which also gives their bounds."""

    rule = rules.ValuesStayWithinBounds


class AddressesQuoted(_MeasuredByRule):
    """Counts known addresses in texts, by column."""

    rule = rules.TextsNameNobody
