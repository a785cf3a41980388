"""Days that a person names: in arguments of the command line and in Dagster's run configuration.

Belongs here: reading them, and saying what is wrong with them, in the same words everywhere. Does not belong
here: which days have files.
"""

from __future__ import annotations

from datetime import date

from orchestration.errors import UsageError


def parse(text: str) -> date:
    """Read a day written as 2026-01-31; raise `UsageError` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day: write it as 2026-01-31") from None


def check_range(from_day: date | None, to_day: date | None) -> None:
    """Raise `UsageError` where the first day is after the last."""
    if from_day and to_day and from_day > to_day:
        raise UsageError(f"the first day, {from_day}, is after the last, {to_day}: swap them")
