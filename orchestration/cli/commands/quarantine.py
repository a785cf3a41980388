"""`touchpoint quarantine`: lists, shows and counts the records that could not be read, from the ledger."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from ingestion.replay.run import Scope
from orchestration.build import intake
from orchestration.cli import console
from orchestration.errors import HomeIsBusyError, UsageError
from orchestration.home import lock
from orchestration.settings import Settings

#: Pattern of a record's name, which is its place: feed, day, file and line.
_RECORD = re.compile(
    r"(?P<feed>[^/]+)/(?P<day>\d{4}-\d{2}-\d{2})/(?P<file>.+?)(?::(?P<line>\d+)(?:#(?P<item>\d+))?)?",
    re.DOTALL,  # names of files may have line breaks
)

#: How many characters of a record's text are shown, unless the whole text is asked for.
_SHOWN = 4000

#: SQL that lists unreadable files and unreadable records; a file has no line.
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


@contextlib.contextmanager
def _ledger(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    home = intake.existing_home(settings)
    pid = lock.holder(home.lock)
    if pid:
        raise HomeIsBusyError(f"a build (process {pid}) is writing to {home.root}: ask again when it is done")
    with intake.read_ledger(home) as ledger:
        yield ledger


def list_records(settings: Settings, scope: Scope, limit: int) -> int:
    """Print at most `limit` records."""
    condition, values = scope.sql()
    with _ledger(settings) as ledger:
        rows = ledger.execute(
            f"select * exclude (raw_text, byte_offset) from ({_EVERYTHING}) where {condition} "
            "order by feed, arrival_date, file, line, item_index limit ?",
            [*values, limit + 1],
        ).fetchall()
    if not rows:
        console.say("Nothing is in quarantine, or nothing that was asked for.")
        return 0
    console.say_table(
        ("record", "reason", "message"),
        ((_name(*row[:5]), row[5], row[6]) for row in rows[:limit]),
    )
    if len(rows) > limit:
        console.say(f"... and more: raise --limit, or see `touchpoint quarantine count` (shown: {limit})")
    return 0


def show_record(settings: Settings, record: str, *, is_full: bool) -> int:
    """Print one record with its text; `is_full`: the whole text."""
    with _ledger(settings) as ledger:
        for row in _records(ledger, record):
            _say_record(row, is_full=is_full)
    return 0


def count_records(settings: Settings, scope: Scope) -> int:
    """Print the number of records by feed and reason, and what replays took out of quarantine."""
    condition, values = scope.sql()
    with _ledger(settings) as ledger:
        rows = ledger.execute(
            "select feed, reason_code, count(line), count(*) - count(line), min(arrival_date),"
            f" max(arrival_date) from ({_EVERYTHING}) where {condition}"
            " group by feed, reason_code order by feed, reason_code",
            values,
        ).fetchall()
        console.say_table(("feed", "reason", "records", "whole files", "first day", "last day"), rows)
        _say_replays(ledger)
    return 0


def _records(ledger: duckdb.DuckDBPyConnection, record: str) -> list[dict[str, Any]]:
    """Return the records or files with this name, as `list` prints it.

    A file's name may look like the name of another file's record.
    """
    named = _RECORD.fullmatch(record)
    if not named:
        raise UsageError(f"{record!r} is no record: name it as `touchpoint quarantine list` does")
    line, item = named["line"], named["item"]
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
    return [dict(zip(names, row, strict=True)) for row in rows]


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


def _say_replays(ledger: duckdb.DuckDBPyConnection) -> None:
    replays = intake.replay_rows(ledger, limit=1)
    if replays:
        replayed = ledger.execute("select coalesce(sum(replayed), 0) from files").fetchone()
        console.say()
        console.say(
            f"Replayed so far: {replayed[0] if replayed else 0:,} records of all feeds,"
            f" the last time on {replays[0][0]}."
        )


def _name(feed: str, day: object, file: str, line: int | None, item: int | None) -> str:
    place = f"{feed}/{day}/{file}"
    if line is None:
        return place
    return f"{place}:{line}#{item}" if item else f"{place}:{line}"
