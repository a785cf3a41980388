"""What a check is, and how its findings read.

Belongs here: the declarations that suites are made of, and the plain words of a result. Does not belong here:
running SQL (`engine.py`) or judging findings (`gx/validation.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

#: An `audit` check holds by construction: a breach is our bug and blocks publishing. An `arrival` check
#: depends on sources being complete and agreeing: a breach is an alert.
Kind = Literal["audit", "arrival"]

#: How many findings, and how many characters, a result quotes.
QUOTED_FINDINGS = 3
QUOTED_CHARACTERS = 600


@dataclass(frozen=True)
class Check:
    """One promise about one table.

    table: the table as `schema.table`; checks of one table form one suite.
    promise: what holds, in plain words.
    if_broken: what a breach means and what to do next.
    """

    name: str
    kind: Kind
    table: str
    promise: str
    if_broken: str


@dataclass(frozen=True)
class Finding:
    """One measured number beside the bounds that it was promised to keep.

    subject: reads on from the number: `3` `of 400 messages`.
    observed: null where the number could not be had, which breaks the promise.
    at_least, at_most: inclusive; null is no bound.
    examples: where to look, or nothing.
    """

    check_name: str
    subject: str
    observed: float | None
    at_least: float | None
    at_most: float | None
    examples: str | None = None


@dataclass(frozen=True)
class Probe:
    """One SQL query that measures the findings of one or more checks.

    needs: relations (`database.schema.table`) that the query reads; where one is missing, all checks fail.
    sql: gives the columns of `Finding`, in any order of rows; few rows, whatever the size of the tables.
    """

    checks: tuple[Check, ...]
    needs: tuple[str, ...]
    sql: str


@dataclass(frozen=True)
class CheckResult:
    """A check's verdict on one build, as plain values."""

    check_name: str
    kind: Kind
    table_name: str
    passed: bool
    observed: str
    expected: str
    message: str


def keeps_bounds(finding: Finding) -> bool:
    """Whether the number was had and lies within its bounds."""
    if finding.observed is None:
        return False
    above = finding.at_least is None or finding.observed >= finding.at_least
    below = finding.at_most is None or finding.observed <= finding.at_most
    return above and below


def words_of_findings(findings: Sequence[Finding]) -> str:
    """What was observed: the broken findings where there are any, else how much was compared."""
    broken = [finding for finding in findings if not keeps_bounds(finding)]
    if not broken:
        if len(findings) == 1:
            return _number(findings[0].observed) + " " + findings[0].subject
        return f"{len(findings)} compared, all as expected" if findings else "nothing to compare"
    quoted = [_words_of_broken(finding) for finding in broken[:QUOTED_FINDINGS]]
    if len(broken) > QUOTED_FINDINGS:
        quoted.append(f"and {len(broken) - QUOTED_FINDINGS} more")
    words = "; ".join(quoted)
    return words if len(words) <= QUOTED_CHARACTERS else words[: QUOTED_CHARACTERS - 1] + "…"


def result_of(check: Check, passed: bool, observed: str) -> CheckResult:
    """The verdict on a check, with a message that says what is wrong, where, and what to do next."""
    message = f"{check.table}: {check.promise}."
    if not passed:
        message = f"{check.table}: not kept: {check.promise}. Found: {observed}. {check.if_broken}"
    return CheckResult(check.name, check.kind, check.table, passed, observed, check.promise, message)


def _words_of_broken(finding: Finding) -> str:
    if finding.observed is None:
        words = finding.subject
    else:
        words = f"{_number(finding.observed)} {finding.subject}{_bounds(finding)}"
    return f"{words}: {finding.examples}" if finding.examples else words


def _bounds(finding: Finding) -> str:
    low, high = finding.at_least, finding.at_most
    if low is not None and high is not None:
        if low == high:
            return "" if low == 0 else f" (expected {_number(low)})"
        return f" (expected {_number(low)} to {_number(high)})"
    if low is not None:
        return f" (expected at least {_number(low)})"
    return f" (expected at most {_number(high)})" if high is not None else ""


def _number(value: float | None) -> str:
    if value is None:
        return "no number"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
