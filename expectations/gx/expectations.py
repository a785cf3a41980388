"""Our expectations: each kind of rule as Great Expectations stores, judges and shows it.

Belongs here: their arguments, the verdict, and how Data Docs show them. Does not belong here: the SQL
(`expectations/rules.py`), where it runs (`engine.py`, `metrics.py`).
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.core import ExpectationValidationResult
from great_expectations.execution_engine import ExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render import (
    LegacyDiagnosticRendererType,
    LegacyRendererType,
    RenderedStringTemplateContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.renderer import renderer

from expectations import rules
from expectations.check import Check, Finding, bounds, number, words_of
from expectations.gx import metrics

SEVERITIES = {"audit": "critical", "arrival": "warning"}

#: Arguments that every expectation has, whatever its rule: the words of its check.
_WORDS = ("check", "kind", "promise", "if_broken")


def expectation_of(check: Check) -> Promise:
    """Return the expectation for a check: its words, and the arguments of its rule."""
    expectation = next(each for each in EXPECTATIONS if each.rule_type is type(check.rule))
    arguments = {name: getattr(check.rule, name) for name in metrics.fields_of(type(check.rule))}
    arguments |= {name: list(arguments[name].items()) for name in metrics.IN_ORDER & arguments.keys()}
    return expectation(
        check=check.name,
        kind=check.kind,
        promise=check.promise,
        if_broken=check.if_broken,
        severity=SEVERITIES[check.kind],
        **arguments,
    )


def text(words: str, *classes: str, tag: str = "span") -> RenderedStringTemplateContent:
    """Return words for a page of Data Docs.

    The page escapes them: they may hold ids and file names from feeds.
    """
    return RenderedStringTemplateContent(
        content_block_type="string_template",
        string_template={
            "template": "$words",
            "tag": "div",
            "params": {"words": words},
            # The classes go on the words themselves: the page puts spaces around the template, which would
            # show in SQL.
            "styling": {"params": {"words": {"tag": tag, "classes": list(classes)}}},
        },
    )


class Promise(BatchExpectation, ABC):
    """Base of our expectations: it holds a check's words and succeeds if all findings keep their bounds."""

    rule_type: ClassVar[type]

    check: str
    kind: str
    promise: str
    if_broken: str
    _configuration: ExpectationConfiguration | None = PrivateAttr(None)

    def __init_subclass__(cls) -> None:
        cls.metric_dependencies = (metrics.metric_of(cls.rule_type),)
        cls.success_keys = (*_WORDS, *metrics.fields_of(cls.rule_type))

    @property
    def configuration(self) -> ExpectationConfiguration:
        """What Great Expectations stores of this: it asks some fifty times while it judges one."""
        if self._configuration is None or self._configuration.id != self.id:
            self._configuration = super().configuration
        return self._configuration

    @classmethod
    @abstractmethod
    def rule_in_words(cls, arguments: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        """Return what is measured, as pairs of a caption and SQL or names."""

    def _validate(
        self,
        metrics: Mapping[str, Sequence[Finding]],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine | None = None,
    ) -> dict[str, Any]:
        findings = metrics[self.metric_dependencies[0]]
        return {
            "success": all(finding.keeps_bounds for finding in findings),
            "result": {
                "observed_value": words_of(findings),
                "details": {
                    "broken": [dataclasses.asdict(each) for each in findings if not each.keeps_bounds]
                },
            },
        }

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> list[Any]:
        """Render what was promised, in words and in SQL."""
        configuration = configuration or (result.expectation_config if result else None)
        if configuration is None:
            return []
        said = configuration.kwargs
        return [
            text(said["check"], "check", tag="h3"),
            text(said["kind"], "kind"),
            text(said["promise"] + ".", tag="p"),
            RenderedTableContent(
                content_block_type="table",
                table=[[text(name), text(sql, tag="code")] for name, sql in cls.rule_in_words(said)],
                styling={"body": {"classes": ["rule"]}},
            ),
        ]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> RenderedStringTemplateContent:
        """Render what was found, in words."""
        return text(result.result.get("observed_value", "not judged") if result else "not judged")

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    def _diagnostic_unexpected_table_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> list[Any] | None:
        """Render what breaks the promise: numbers, their bounds, the first offending rows, and what to do."""
        if result is None or result.success:
            return None
        broken = [
            Finding(**{**each, "examples": tuple(each["examples"])})
            for each in result.result.get("details", {}).get("broken", ())
        ]
        if not broken:
            return None
        return [
            RenderedTableContent(
                content_block_type="table",
                header_row=["Found", "", "Expected", "First offending rows"],
                table=[
                    [
                        text(number(each.observed)),
                        text(each.subject),
                        text(bounds(each)),
                        [text(name, "name") for name in each.examples] or text(""),
                    ]
                    for each in broken
                ],
                styling={"body": {"classes": ["offending"]}},
            ),
            text(result.expectation_config.kwargs["if_broken"], "if-broken", tag="p"),
        ]


class ExpectRowsToKeepRule(Promise):
    """Expect every row of a relation to keep a rule."""

    rule_type = rules.RowsKeepRule

    of: str
    rule: str
    key: str
    noun: str

    @classmethod
    def rule_in_words(cls, arguments: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        """Return the rows and the rule."""
        return (("every row of", arguments["of"]), ("keeps", arguments["rule"]))


class ExpectKeysToBeUnique(Promise):
    """Expect no two rows of a relation to have the same key."""

    rule_type = rules.KeysAreUnique

    of: str
    key: str

    @classmethod
    def rule_in_words(cls, arguments: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        """Return the rows and their key."""
        return (("rows of", arguments["of"]), ("each have a key of their own", arguments["key"]))


class ExpectTotalsToAgree(Promise):
    """Expect two sides to have the same counts in every cell (combination of values of the columns `per`)."""

    rule_type = rules.TotalsAgree

    here: Sequence[str]
    there: Sequence[str]
    per: Sequence[str]
    counts: Sequence[tuple[str, Sequence[str]]]

    @classmethod
    def rule_in_words(cls, arguments: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        """Return the columns of the cells, and how each side counts."""
        return (
            ("per", ", ".join(arguments["per"])),
            *(
                (name, f"{here} in {arguments['here'][0]} = {there} in {arguments['there'][0]}")
                for name, (here, there) in arguments["counts"]
            ),
        )


class ExpectRowsToFindMembers(Promise):
    """Expect every row of a fact to have its row in each dimension."""

    rule_type = rules.RowsFindMembers

    of: str
    members: Sequence[tuple[str, Sequence[str]]]

    @classmethod
    def rule_in_words(cls, arguments: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        """Return the fact, and each dimension with its columns."""
        return (
            ("every row of", arguments["of"]),
            *((f"finds its row of {name} by", ", ".join(keys)) for name, keys in arguments["members"]),
        )


class ExpectValuesToStayWithinBounds(Promise):
    """Expect values that a query measures to stay within their bounds."""

    rule_type = rules.ValuesStayWithinBounds

    query: str

    @classmethod
    def rule_in_words(cls, arguments: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        """The tables that the values are measured in; the promise says which values, and their bounds."""
        tables = [name.split(".", 1)[1] for name in rules.relations_in(arguments["query"])]
        return (("measured in", ", ".join(tables)),)


class ExpectTextsToNameNobody(Promise):
    """Expect no text of a schema to quote the e-mail address of a known contact."""

    rule_type = rules.TextsNameNobody

    of: str
    column: str
    but: Sequence[str]
    only: Sequence[tuple[str, str]]

    @classmethod
    def rule_in_words(cls, arguments: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        """Return the table that has the addresses, and the columns that may hold them."""
        return (
            (
                "no text column of another table quotes an address of",
                f"{arguments['of']}.{arguments['column']}",
            ),
            ("but columns whose name ends in", ", ".join(arguments["but"])),
        )


EXPECTATIONS: tuple[type[Promise], ...] = (
    ExpectRowsToKeepRule,
    ExpectKeysToBeUnique,
    ExpectTotalsToAgree,
    ExpectRowsToFindMembers,
    ExpectValuesToStayWithinBounds,
    ExpectTextsToNameNobody,
)
