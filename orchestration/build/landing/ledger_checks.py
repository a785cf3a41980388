"""Arrival checks from the ledger alone: whether the files that no published build contains could be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from expectations import CheckResult

#: A file with a larger share of its records in quarantine makes its feed's check red.
TOLERATED_SHARE = 0.01
READABLE = "files_readable"
MOSTLY_GOOD = "quarantine_share"
NAMES = (READABLE, MOSTLY_GOOD)
#: Names of checks about the whole landing zone.
READ_WHOLE = "landing_zone_is_read_whole"
UNCHANGED = "landing_files_are_unchanged"
LANDING_NAMES = (READ_WHOLE, UNCHANGED)
NOTHING_TO_TELL = "nothing to tell"
#: How many warnings a check quotes at most.
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
    """What the checks need to know of a file that no published build contains."""

    feed: str
    arrival_date: date
    file: str
    records_read: int
    quarantined: int
    file_quarantined: bool

    @property
    def path(self) -> str:
        """Path of the file in the landing zone."""
        return f"{self.feed}/{self.arrival_date}/{self.file}"


def check_name(feed: str, name: str) -> str:
    """Return the name of a feed's check in `marts.build_checks`."""
    return f"{feed}_{name}"


def new_files(ledger: duckdb.DuckDBPyConnection) -> list[NewFile]:
    """Read from the ledger the files that no published build contains."""
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
    """Return checks of every feed that has new files or is in `feeds`; without new files a check is green."""
    return [
        _result(feed, name, [file for file in files if file.feed == feed])
        for feed in sorted({*feeds, *(file.feed for file in files)})
        for name in NAMES
    ]


def of_landing(
    left_aside: Sequence[str], changed: Sequence[str], warnings: Sequence[str]
) -> list[CheckResult]:
    """Return checks of a landing run: places that it did not read are red, and so are files that changed.

    warnings: all warnings of the run. Those about something else (a missing file, an unknown column) are
        quoted in the second check but do not make it red, because it is not known whether anything is lost.
    """
    told = [warning for warning in warnings if warning not in {*left_aside, *changed}]
    return [
        _landing_result(READ_WHOLE, not left_aside, left_aside_observed(left_aside)),
        _landing_result(UNCHANGED, not changed, _listed([*changed, *told]) or NOTHING_TO_TELL),
    ]


def left_aside_observed(left_aside: Sequence[str]) -> str:
    """Return words about the places in the landing zone that were not read."""
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
