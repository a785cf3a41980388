"""Verdicts of an earlier audit: those that stand, because nothing that their checks read has changed since,
and those that allow to ask of what changed alone.

Belongs here: which suites need not be judged again, and the file in the Data Docs folder that keeps the
verdicts for the next audit. Does not belong here: which tables changed (orchestration knows).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from expectations.check import Check, CheckResult

_FILE = "verdicts.json"


@dataclass(frozen=True)
class Kept:
    """A check's last result, and when it was last asked of all rows, in words."""

    result: CheckResult
    whole: str


def standing_results(
    docs_dir: Path, checks: Sequence[Check], known: Mapping[str, Kept], unchanged: Collection[str]
) -> dict[str, Kept]:
    """Return the results, by name of the check, of the suites that need not be judged again.

    known: the results of the last audit. unchanged: relations, as `database.schema.table`, that are as it
        found them. A suite stands as a whole: it needs only such relations, each of its checks has a result,
        and it has a page.
    """
    by_table = {table: list(suite) for table, suite in groupby(sorted(checks, key=_table_of), key=_table_of)}
    return {
        check.name: known[check.name]
        for table, suite in by_table.items()
        if _has_page(docs_dir, table)
        and all(check.name in known and _stands(check, unchanged) for check in suite)
        for check in suite
    }


def keep_results(docs_dir: Path, checks: Sequence[Check], kept: Sequence[Kept]) -> None:
    """Keep the results of an audit for the next one, each with the rule that was measured."""
    written = [
        [repr(check.rule), asdict(each.result), each.whole] for check, each in zip(checks, kept, strict=True)
    ]
    half_written = docs_dir / f".{_FILE}"
    half_written.write_text(json.dumps(written), encoding="utf-8")
    half_written.replace(docs_dir / _FILE)


def kept_results(docs_dir: Path, checks: Sequence[Check]) -> dict[str, Kept]:
    """Return the results of the last audit on checks whose rules are still the same.

    None if there are none or they cannot be read: all checks are then judged, of all rows.
    """
    rules = {check.name: repr(check.rule) for check in checks}
    try:
        written = json.loads((docs_dir / _FILE).read_text(encoding="utf-8"))
        kept = [
            Kept(CheckResult(**result), whole)
            for rule, result, whole in written
            if rules.get(result["check_name"]) == rule
        ]
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return {}
    return {each.result.check_name: each for each in kept}


def _table_of(check: Check) -> str:
    return check.table


def _stands(check: Check, unchanged: Collection[str]) -> bool:
    return not check.rule.reads_every_table and all(name in unchanged for name in check.rule.needs)


def _has_page(docs_dir: Path, table: str) -> bool:
    place = table.replace(".", "/")
    has_suite = (docs_dir / "expectations" / f"{place}.html").is_file()
    return has_suite and any((docs_dir / "validations" / place).rglob("*.html"))
