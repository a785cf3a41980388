"""The lines that a build prints at its end: what was read, how the checks went, where the result is."""

from __future__ import annotations

from collections.abc import Sequence

from expectations import CheckResult
from orchestration.build.run import Published
from orchestration.cli.console import printable
from orchestration.home import Home

QUOTED_WARNINGS = 10
#: Characters of what a red check found; a check of the whole landing zone may quote fifty sentences.
QUOTED_CHARACTERS = 500


def summary_lines(home: Home, published: Published) -> list[str]:
    """Return lines about a published build: what was read, how the checks went, where the result is."""
    counts = published.counts
    audits = [check for check in published.checks if check.kind == "audit"]
    arrivals = [check for check in published.checks if check.kind == "arrival"]
    return [
        f"Published build {published.build_id}.",
        f"  arrival days   {_days(counts.days)}",
        f"  files          {counts.files:,}",
        f"  records read   {counts.read:,} = {counts.landed:,} landed + {counts.duplicates:,} duplicates"
        f" + {counts.ignored:,} ignored + {counts.quarantined:,} quarantined",
        f"  checks         {_green(audits)} of {len(audits)} audit and {_green(arrivals)} of {len(arrivals)}"
        " arrival checks green",
        f"  database       {home.published / home.insights.name}",
        f"  Parquet        {home.published / 'parquet'}",
        f"  Data Docs      {home.published / 'data_docs' / 'index.html'}",
        *warning_lines(published.landed.warnings),
    ]


def nothing_new_lines(home: Home, warnings: Sequence[str]) -> list[str]:
    """Return lines that say that nothing is new and the published build stays."""
    return [
        "Nothing new in the landing zone; the published build stays as it is.",
        f"  database       {home.published / home.insights.name}",
        *warning_lines(warnings),
    ]


def red_check_lines(red: Sequence[CheckResult]) -> list[str]:
    """Return lines that name the red checks; they come last so that nobody misses them."""
    if not red:
        return []
    kind = "" if any(check.kind == "audit" for check in red) else "arrival "
    noun = f"{kind}check is" if len(red) == 1 else f"{kind}checks are"
    found = [f"  {check.check_name}: {_shortened(check)}" for check in red]
    return [f"{len(red)} {noun} red:", *found]


def _shortened(check: CheckResult) -> str:
    """Return what a check found, cut between two words where it is long, and the query for all of it."""
    text = printable(check.observed)
    if len(text) <= QUOTED_CHARACTERS:
        return text
    query = f"select observed from marts.build_checks where check_name = '{check.check_name}'"
    return f'{text[:QUOTED_CHARACTERS].rpartition(" ")[0]} … All of it: touchpoint sql "{query}"'


def _green(checks: Sequence[CheckResult]) -> int:
    return sum(check.passed for check in checks)


def _days(days: Sequence[object]) -> str:
    if not days:
        return "none new"
    return str(days[0]) if len(days) == 1 else f"{len(days)}, {days[0]} to {days[-1]}"


def warning_lines(warnings: Sequence[str]) -> list[str]:
    """Return lines with the first warnings, and how many more there are.

    Line breaks in file names are escaped.
    """
    shown = [f"  warning: {printable(warning)}" for warning in warnings[:QUOTED_WARNINGS]]
    if len(warnings) > QUOTED_WARNINGS:
        shown.append(f"  and {len(warnings) - QUOTED_WARNINGS} more warnings")
    return shown
