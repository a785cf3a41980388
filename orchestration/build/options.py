"""The options of a build: which arrival days to read, and how to publish.

The command line and Dagster's run configuration read days with `parse_day` and `check_range`, so that both
refuse a wrong day in the same words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, cast

from orchestration.errors import UsageError

if TYPE_CHECKING:
    from ingestion.config import Config, EngineName


@dataclass(frozen=True)
class Options:
    """Options of one build; the days are the first and last arrival day to read, None for no limit.

    engine: what holds the tables, instead of what touchpoint.yml says.
    """

    from_day: date | None = None
    to_day: date | None = None
    full_refresh: bool = False
    strict: bool = False
    pseudonymise: bool = False
    engine: EngineName | None = None

    def chosen_engine(self, config: Config) -> Config:
        """Return the configuration with the engine of these options, if they name one."""
        return replace(config, engine=self.engine) if self.engine else config


def parse_day(text: str) -> date:
    """Read a day written as 2026-01-31; raise `UsageError` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day: write it as 2026-01-31") from None


def parse_engine(text: str | None) -> EngineName | None:
    """Return the name of an engine; raise `UsageError` for anything else but None."""
    if text in (None, "duckdb", "spark"):
        return cast("EngineName | None", text)
    raise UsageError(f"{text!r} is no engine: write duckdb or spark")


def check_range(from_day: date | None, to_day: date | None) -> None:
    """Raise `UsageError` if the first day is after the last."""
    if from_day and to_day and from_day > to_day:
        raise UsageError(f"the first day, {from_day}, is after the last, {to_day}: swap them")
