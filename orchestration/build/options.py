"""The options of a build: which arrival days to read, and how to publish.

The command line and Dagster's run configuration read days with `parse_day` and `check_range`, so that both
refuse a wrong day in the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orchestration.errors import UsageError


@dataclass(frozen=True)
class Options:
    """Options of one build; the days are the first and last arrival day to read, None for no limit."""

    from_day: date | None = None
    to_day: date | None = None
    full_refresh: bool = False
    strict: bool = False
    pseudonymise: bool = False


def parse_day(text: str) -> date:
    """Read a day written as 2026-01-31; raise `UsageError` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day: write it as 2026-01-31") from None


def check_range(from_day: date | None, to_day: date | None) -> None:
    """Raise `UsageError` if the first day is after the last."""
    if from_day and to_day and from_day > to_day:
        raise UsageError(f"the first day, {from_day}, is after the last, {to_day}: swap them")
