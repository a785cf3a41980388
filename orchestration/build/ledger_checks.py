"""Arrival checks answered by the ledger alone: could the files be read that no published build has seen?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from expectations import CheckResult

#: A file with a larger share of its records in quarantine turns its day red.
TOLERATED_SHARE = 0.01
READABLE = "files_readable"
MOSTLY_GOOD = "quarantine_share"
NAMES = (READABLE, MOSTLY_GOOD)
#: About the landing zone as a whole.
READ_WHOLE = "landing_zone_is_read_whole"
UNCHANGED = "landing_files_are_unchanged"
LANDING_NAMES = (READ_WHOLE, UNCHANGED)
NOTHING_TO_TELL = "nothing to tell"
#: As many warnings are quoted in a check.
QUOTED_SENTENCES = 50

_TABLE = "marts.build_files"
_EXPECTED = {
    READABLE: "every file can be read",
    MOSTLY_GOOD: "at most 1 % of the records of a file are in quarantine",
    READ_WHOLE: "a feed reads every folder and file of the landing zone, every configured folder is there,"
    " and there are files",
    UNCHANGED: "no file has other content than was read (files that are gone and columns that are not read"
    " are named here too)",
}
_ADVICE = {
    READABLE: "See `touchpoint quarantine list`; deliver the file again under a new name.",
    MOSTLY_GOOD: "See `touchpoint quarantine list` for the reasons.",
}


@dataclass(frozen=True)
class NewFile:
    """What the checks need to know of a file that no published build has seen."""

    feed: str
    arrival_date: date
    file: str
    records_read: int
    quarantined: int
    file_quarantined: bool

    @property
    def path(self) -> str:
        """Where it lies in the landing zone."""
        return f"{self.feed}/{self.arrival_date}/{self.file}"


def check_name(feed: str, name: str) -> str:
    """Name of a feed's check in `marts.build_checks`."""
    return f"{feed}_{name}"


def new_files(ledger: duckdb.DuckDBPyConnection) -> list[NewFile]:
    """Read them from the ledger."""
    rows = ledger.execute(
        """
        select feed, arrival_date, file, records_read, quarantined, file_quarantined
        from files
        where is_new
        order by feed, arrival_date, file
        """
    ).fetchall()
    return [NewFile(*row) for row in rows]


def checks(files: Sequence[NewFile], feeds: Iterable[str] = ()) -> list[CheckResult]:
    """Judge every feed that has new files, and those named; a feed with no new files is green."""
    return [
        _result(feed, name, [file for file in files if file.feed == feed])
        for feed in sorted({*feeds, *(file.feed for file in files)})
        for name in NAMES
    ]


def of_landing(
    left_aside: Sequence[str], changed: Sequence[str], warnings: Sequence[str]
) -> list[CheckResult]:
    """Judge what a landing run met: places that it did not read are red, and files that changed.

    warnings: all that it said. What is neither (a file that is gone, a column that no table has) is named in
    the second check and does not turn it red: it is not known to be a loss.
    """
    told = [warning for warning in warnings if warning not in {*left_aside, *changed}]
    return [
        _landing_result(READ_WHOLE, not left_aside, left_aside_observed(left_aside)),
        _landing_result(UNCHANGED, not changed, _listed([*changed, *told]) or NOTHING_TO_TELL),
    ]


def left_aside_observed(left_aside: Sequence[str]) -> str:
    """Say what the landing zone holds that was not read."""
    return _listed(left_aside) or "everything in it was read"


def _listed(sentences: Sequence[str]) -> str:
    more = len(sentences) - QUOTED_SENTENCES
    return " ".join([*sentences[:QUOTED_SENTENCES], *([f"And {more} more."] if more > 0 else [])])


def _landing_result(name: str, passed: bool, observed: str) -> CheckResult:
    expected = _EXPECTED[name]
    message = f"{expected}." if passed else f"not kept: {expected}. Found: {observed}"
    return CheckResult(name, "arrival", _TABLE, passed, observed, expected, message)


def _result(feed: str, name: str, files: list[NewFile]) -> CheckResult:
    breaches = [words for file in files if (words := _breach(name, file))]
    observed = "; ".join(breaches[:3]) + (f"; and {len(breaches) - 3} more" if len(breaches) > 3 else "")
    expected = _EXPECTED[name]
    message = f"feed {feed}: {observed}. {_ADVICE[name]}" if breaches else f"feed {feed}: {expected}."
    return CheckResult(
        check_name=check_name(feed, name),
        kind="arrival",
        table_name=_TABLE,
        passed=not breaches,
        observed=observed or f"{len(files)} files compared, all as expected",
        expected=expected,
        message=message,
    )


def _breach(name: str, file: NewFile) -> str | None:
    if name == READABLE:
        return f"{file.path} could not be read" if file.file_quarantined else None
    if file.file_quarantined or not file.records_read:
        return None
    share = file.quarantined / file.records_read
    if share <= TOLERATED_SHARE:
        return None
    return f"{file.path}: {file.quarantined} of {file.records_read} records in quarantine"
