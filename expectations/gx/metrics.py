"""What Great Expectations measures for our expectations: each metric runs its rule's SQL in the engine at
hand.

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

#: Arguments that are mappings: given as pairs, since a stored suite forgets the order of a mapping.
IN_ORDER = frozenset({"counts", "members"})


def fields_of(rule: type) -> tuple[str, ...]:
    """The arguments of a kind of rule: those of its metric and of its expectation too."""
    return tuple(field.name for field in dataclasses.fields(rule))


def metric_of(rule: type) -> str:
    """The name of what is measured for a kind of rule."""
    return f"build.{rule.__name__}"


class RowsBreakingRule(MetricProvider):
    """How many rows break a rule: gathered first, so that all rules of a relation take one pass."""

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
    """What a kind of rule finds, with a query of its own."""

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
    """How many rows have a key that another has."""

    rule = rules.KeysAreUnique


class TotalsDiffering(_MeasuredByRule):
    """In how many cells two sides count differently, by count."""

    rule = rules.TotalsAgree


class MembersMissing(_MeasuredByRule):
    """How many members that a fact names its dimensions lack."""

    rule = rules.RowsFindMembers


class ValuesMeasured(_MeasuredByRule):
    """Values that a query measures, beside their bounds."""

    rule = rules.ValuesStayWithinBounds


class AddressesQuoted(_MeasuredByRule):
    """How many known addresses stand in texts, by column."""

    rule = rules.TextsNameNobody
