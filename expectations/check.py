"""Checks, their findings and verdicts, and the words in which results say what was found.

Belongs here: the entry of a suite (`Check`), the numbers found (`Finding`), the verdict as plain values
(`CheckResult`) and its words. Does not belong here: rules and their SQL (`rules.py`), Great Expectations
(`gx/`).
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from expectations.engine import Engine, EngineError

#: An `audit` check holds by construction: if it is red, that is our bug, and the build is not published. An
#: `arrival` check depends on sources being complete and consistent: if it is red, people are alerted.
Kind = Literal["audit", "arrival"]

#: How many findings, and how many characters of them, a result quotes at most.
QUOTED_FINDINGS = 3
QUOTED_CHARACTERS = 600


@dataclass(frozen=True)
class Finding:
    """One measured number, and the bounds within which it must lie.

    subject: the words after the number, as in `3` `of 400 messages`.
    observed: None if the number could not be measured, which breaks the promise.
    at_least, at_most: inclusive bounds; None for no bound.
    examples: the first offending rows, by name.
    """

    subject: str
    observed: float | None
    at_least: float | None = 0
    at_most: float | None = 0
    examples: tuple[str, ...] = ()

    @property
    def keeps_bounds(self) -> bool:
        """Whether the number could be measured and lies within its bounds."""
        if self.observed is None:
            return False
        above = self.at_least is None or self.observed >= self.at_least
        return above and (self.at_most is None or self.observed <= self.at_most)


class Rule(Protocol):
    """What a check promises about its table, in a form that an engine can measure (`rules.py`)."""

    @property
    def needs(self) -> Sequence[str]:
        """Return the relations that the rule reads, as `database.schema.table`."""

    @property
    def reads_every_table(self) -> bool:
        """Whether the rule reads all tables of a schema besides those that it needs."""

    @property
    def sql(self) -> str:
        """Return the query that measures the rule."""

    def measured(self, engine: Engine) -> Sequence[Finding]:
        """Measure the rule with the engine and return the findings. Raises `EngineError`."""


@dataclass(frozen=True)
class Scope:
    """The columns by which a rule can be asked of some rows alone: in it, others never meet these.

    by: columns of the relations that the rule reads. named: relations in which they have other names, with
        these, in the same order. whole: relations that lack them and only ever gain rows, or whose changes
        `also` follows: they are read wholly.
    also: queries for values of theirs beyond those of changed rows, where a change concerns other rows too;
        `{table}` stands for a table's changed rows.
    """

    by: Sequence[str]
    named: Mapping[str, Sequence[str]] = field(default_factory=dict)
    whole: Sequence[str] = ()
    also: Sequence[str] = ()


@dataclass(frozen=True)
class Check:
    """One promise about one table: an expectation of a suite.

    name: unique, published in `build_checks`.
    table: the table as `schema.table`; checks of one table form one suite.
    promise: what must hold, in plain words.
    if_broken: what it means if the check is red, and what to do next.
    rule: what must hold, in a form that the engine can measure.
    scope: how the rule can be asked of what changed, where that does not follow from the rule.
    """

    name: str
    kind: Kind
    table: str
    promise: str
    if_broken: str
    rule: Rule
    scope: Scope | None = None


@dataclass(frozen=True)
class CheckResult:
    """A check's verdict on one build, as plain values.

    broken: of a red check that measures several things, each that is wrong: its subject, and what was found.
    """

    check_name: str
    kind: Kind
    table_name: str
    passed: bool
    observed: str
    expected: str
    message: str
    broken: Sequence[Sequence[str]] = ()


def blocks_publishing(check: Check | CheckResult) -> bool:
    """Whether this check keeps the build unpublished if it is red; with `--strict`, every red check does."""
    return check.kind == "audit"


def measured(engine: Engine, rule: Rule) -> Sequence[Finding]:
    """Measure a rule and return the findings; if that fails, one finding without a number that says why."""
    if missing := missing_from(engine.relations(), rule):
        return missing
    try:
        return rule.measured(engine)
    except EngineError as error:
        return (unmeasured(f"not measurable: {error}"),)


def missing_from(relations: Container[str], rule: Rule) -> tuple[Finding, ...]:
    """Return a finding if relations that a rule needs are missing, else an empty tuple."""
    missing = [name for name in rule.needs if name not in relations]
    return (unmeasured(f"{' and '.join(missing)} missing from the build"),) if missing else ()


def unmeasured(reason: str) -> Finding:
    """Return the finding for a number that could not be measured: it breaks every promise."""
    return Finding(reason, observed=None)


def result_of(check: Check, passed: bool, observed: str, findings: Sequence[Finding] = ()) -> CheckResult:
    """Return a check's verdict, with a message that says what is wrong, where, and what to do next.

    findings: those that break their bounds.
    """
    message = f"{check.table}: {check.promise}."
    if not passed:
        message = f"{check.table}: not kept: {check.promise}. Found: {observed}. {check.if_broken}"
    broken = tuple((finding.subject, _words_of_broken(finding)) for finding in findings)
    return CheckResult(check.name, check.kind, check.table, passed, observed, check.promise, message, broken)


def words_of(findings: Sequence[Finding]) -> str:
    """What was observed: the broken findings where there are any, else the first of those that hold."""
    if not findings:
        return "nothing to compare"
    broken = [finding for finding in findings if not finding.keeps_bounds]
    quoted = [_words_of_broken(finding) for finding in broken[:QUOTED_FINDINGS]]
    if not broken:
        quoted = [f"{number(finding.observed)} {finding.subject}" for finding in findings[:QUOTED_FINDINGS]]
    left = len(broken or findings) - len(quoted)
    if left:
        quoted.append(f"and {left} more" if broken else f"and {left} more, all as expected")
    words = "; ".join(quoted)
    return words if len(words) <= QUOTED_CHARACTERS else words[: QUOTED_CHARACTERS - 1] + "…"


def bounds(finding: Finding) -> str:
    """Return the bounds in words: `3`, `3 to 7`, `at least 3`, `at most 7` or an empty text."""
    low, high = finding.at_least, finding.at_most
    if low is not None and high is not None:
        return number(low) if low == high else f"{number(low)} to {number(high)}"
    if low is not None:
        return f"at least {number(low)}"
    return "" if high is None else f"at most {number(high)}"


def number(value: float | None) -> str:
    """Return a number as text, grouped by thousands, with two decimals unless it is whole."""
    if value is None:
        return "no number"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _words_of_broken(finding: Finding) -> str:
    words = finding.subject
    if finding.observed is not None:
        expected = bounds(finding)
        words = f"{number(finding.observed)} {words}" + (
            f" (expected {expected})" if expected not in ("", "0") else ""
        )
    return f"{words}: {', '.join(finding.examples)}" if finding.examples else words
