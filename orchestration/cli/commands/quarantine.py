"""`touchpoint quarantine`: lists, shows and counts the records that could not be read, from the ledger."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from orchestration import lock
from orchestration.build import intake
from orchestration.build.options import QuarantineFilter
from orchestration.cli import console
from orchestration.errors import HomeIsBusyError, UsageError
from orchestration.home import Home
from orchestration.settings import Settings

#: How a record is named: where it was found.
_RECORD = re.compile(
    r"(?P<feed>[^/]+)/(?P<day>\d{4}-\d{2}-\d{2})/(?P<file>.+?)(?::(?P<line>\d+)(?:#(?P<item>\d+))?)?",
    re.DOTALL,  # names of files may have line breaks
)

#: So much of a record's text is shown unless all of it is asked for.
_SHOWN = 4000

#: Unreadable files and unreadable records in one list; a file has no line.
_EVERYTHING = """
    select
        feed, arrival_date, file, cast(null as bigint) as line, cast(null as bigint) as byte_offset,
        cast(null as integer) as item_index, reason_code, message, cast(null as varchar) as raw_text
    from files
    where file_quarantined
    union all
    select feed, arrival_date, file, line, byte_offset, item_index, reason_code, message, raw_text
    from quarantined_records
"""


def list_records(settings: Settings, wanted: QuarantineFilter, limit: int) -> int:
    """List records, at most so many."""
    with _ledger(settings) as ledger:
        _list(ledger, wanted, limit)
    return 0


def show_record(settings: Settings, record: str, *, is_full: bool) -> int:
    """Show one record with its text, all of it where asked."""
    with _ledger(settings) as ledger:
        _show(ledger, record, is_full=is_full)
    return 0


def count_records(settings: Settings, wanted: QuarantineFilter) -> int:
    """Count records by feed and reason."""
    with _ledger(settings) as ledger:
        _count(ledger, wanted)
    return 0


@contextlib.contextmanager
def _ledger(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Home(settings.home)
    if not home.ledger.exists():
        raise UsageError(
            f"{home.root} holds no warehouse yet: run `touchpoint build --home {home.root}` first"
        )
    pid = lock.holder(home.lock)
    if pid:
        raise HomeIsBusyError(f"a build (process {pid}) is writing to {home.root}: ask again when it is done")
    with intake.read_ledger(home) as ledger:
        yield ledger


def _list(ledger: duckdb.DuckDBPyConnection, wanted: QuarantineFilter, limit: int) -> None:
    where, values = _filter(wanted)
    rows = ledger.execute(
        f"select * exclude (raw_text, byte_offset) from ({_EVERYTHING}) {where} "
        "order by feed, arrival_date, file, line, item_index limit ?",
        [*values, limit + 1],
    ).fetchall()
    if not rows:
        console.say("Nothing is in quarantine, or nothing that was asked for.")
        return
    console.say_table(
        ("record", "reason", "message"),
        ((_name(*row[:5]), row[5], row[6]) for row in rows[:limit]),
    )
    if len(rows) > limit:
        console.say(f"... and more: raise --limit, or see `touchpoint quarantine count` (shown: {limit})")


def _show(ledger: duckdb.DuckDBPyConnection, record: str, *, is_full: bool) -> None:
    named = _RECORD.fullmatch(record)
    if not named:
        raise UsageError(f"{record!r} is no record: name it as `touchpoint quarantine list` does")
    line, item = named["line"], named["item"]
    # A file may be called as if it were a record of another.
    cursor = ledger.execute(
        f"""
        select * from ({_EVERYTHING})
        where feed = $feed and arrival_date = try_cast($day as date) and (
            (file = $file and line is not distinct from $line and coalesce(item_index, 0) = $item)
            or (line is null and file = $whole)
        )
        order by byte_offset, item_index
        """,
        {
            **named.groupdict(),
            "line": line and int(line),
            "item": int(item or 0),
            "whole": record.split("/", 2)[2],
        },
    )
    names = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchall()
    if not rows:
        raise UsageError(f"there is no record {record} in quarantine: see `touchpoint quarantine list`")
    for row in rows:
        _say_record(dict(zip(names, row, strict=True)), is_full=is_full)


def _say_record(record: dict[str, Any], *, is_full: bool) -> None:
    text = record.pop("raw_text")
    for name, value in record.items():
        if value is not None:
            console.say(f"{name:14}{console.printable(str(value))}")
    if text is None:
        return
    shown = text if is_full else text[:_SHOWN]
    console.say()
    console.say(console.printable(shown, keep="\n\t"))
    if len(shown) < len(text):
        console.say(f"... and {len(text) - len(shown):,} more characters: --full shows them")


def _count(ledger: duckdb.DuckDBPyConnection, wanted: QuarantineFilter) -> None:
    where, values = _filter(wanted)
    rows = ledger.execute(
        "select feed, reason_code, count(line), count(*) - count(line), min(arrival_date), max(arrival_date) "
        f"from ({_EVERYTHING}) {where} group by feed, reason_code order by feed, reason_code",
        values,
    ).fetchall()
    console.say_table(("feed", "reason", "records", "whole files", "first day", "last day"), rows)
    _say_replays(ledger)


def _say_replays(ledger: duckdb.DuckDBPyConnection) -> None:
    """What came out of quarantine since."""
    replays = intake.replay_rows(ledger, limit=1)
    if replays:
        replayed = ledger.execute("select coalesce(sum(replayed), 0) from files").fetchone()
        console.say()
        console.say(
            f"Replayed so far: {replayed[0] if replayed else 0:,} records of all feeds,"
            f" the last time on {replays[0][0]}."
        )


def _filter(wanted: QuarantineFilter) -> tuple[str, list[Any]]:
    conditions = {
        "feed = ?": wanted.feed,
        "reason_code = ?": wanted.reason,
        "arrival_date >= ?": wanted.from_day,
        "arrival_date <= ?": wanted.to_day,
    }
    chosen = {condition: value for condition, value in conditions.items() if value is not None}
    return (f"where {' and '.join(chosen)}" if chosen else ""), list(chosen.values())


def _name(feed: str, day: object, file: str, line: int | None, item: int | None) -> str:
    place = f"{feed}/{day}/{file}"
    if line is None:
        return place
    return f"{place}:{line}#{item}" if item else f"{place}:{line}"
