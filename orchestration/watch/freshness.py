"""Which feeds are silent for longer than their own rhythm explains, from the ledger's arrivals.

A feed's rhythm is what arrived in the same hours of its earlier weeks, so that nights, weekends and weekly
exports are no silence. Does not belong here: who is told (`alerts.py`).
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

import duckdb

WEEK = timedelta(weeks=1)
#: Weeks of a feed's history that are its rhythm.
WEEKS = 8
#: A feed with a shorter history, or fewer arrivals in it (a monthly export), is not judged.
LEAST_HISTORY = timedelta(days=14)
LEAST_ARRIVALS = 6
#: No silence is shorter than this, nor than so many usual gaps.
SHORTEST = timedelta(hours=6)
USUAL_GAPS = 1.25
#: Share of a usual gap by which an arrival may be early or late.
JITTER = 0.25
#: Arrivals that earlier weeks had in the same hours and this silence lacks: at least so many, so many times
#: what the feed's own gaps lacked (all but two, which may have been silences, unless there are more), and so
#: many times what its gaps lacked on average (a feed that comes at random).
LEAST_LACKING = 0.75
TIMES_WORST = 1.5
TIMES_MEAN = 10
#: Records that would usually have come: a feed of a few records a day has days without any.
LEAST_RECORDS = 20
_LONGEST_COMPARED = 2 * WEEK

#: A file's time is when it arrived, unless it does not fit the day that it lies in (a copy of an archive):
#: then the end of that day. Files of one hour are one arrival.
_ARRIVALS = """
    with
        days as (
            select *, max(arrival_date) over (partition by feed) as last_day
            from files
        ),
        timed as (
            select
                feed,
                arrival_date || '/' || file as file,
                records_read,
                case
                    when cast(modified_at as date) between arrival_date - 1 and arrival_date + 1
                    then modified_at
                    else cast(arrival_date + 1 as timestamp) at time zone 'UTC'
                end as arrived_at
            from days
            where arrival_date >= last_day - 70
        ),
        hours as (
            select
                feed,
                least(min(arrived_at), $now) as arrived_at,
                max_by(file, arrived_at) as file,
                sum(records_read) as records
            from timed
            where arrived_at <= $now + interval 1 day
            group by feed, date_trunc('hour', timed.arrived_at)
        )
    select
        feed,
        list_sort(list(distinct arrived_at)),
        feed || '/' || max_by(file, (arrived_at, file)),
        greatest(median(coalesce(records, 0)), 0.1)
    from hours
    group by feed
    order by feed
"""


@dataclass(frozen=True)
class Feed:
    """A feed's arrivals, oldest first, its last file, and how many records an arrival usually has."""

    name: str
    arrivals: Sequence[datetime]
    last_file: str
    records: float = LEAST_RECORDS * 2


@dataclass(frozen=True)
class Silence:
    """A time without files of a feed that its rhythm does not explain.

    usual: the usual time between two arrivals. last_file: what came last, if the silence lasts.
    """

    feed: str
    since: datetime
    until: datetime
    usual: timedelta
    last_file: str


def feeds(ledger: duckdb.DuckDBPyConnection, now: datetime) -> list[Feed]:
    """Read the arrivals of every feed from the ledger; none is later than `now`."""
    return [Feed(*row) for row in ledger.execute(_ARRIVALS, {"now": now}).fetchall()]


def is_judged(feed: Feed) -> bool:
    """Whether a feed has enough history to know its rhythm."""
    recent = _recent(feed.arrivals)
    return len(recent) >= LEAST_ARRIVALS and recent[-1] - recent[0] >= LEAST_HISTORY


def present_silence(feed: Feed, now: datetime) -> Silence | None:
    """Return the silence of a feed that lasts, if it is silent for longer than usual."""
    usual = _usual_if_silent(feed.arrivals, now, feed.records)
    return Silence(feed.name, feed.arrivals[-1], now, usual, feed.last_file) if usual else None


def ended_silence(feed: Feed, since: datetime) -> Silence | None:
    """Return the last silence of a feed that ended later than `since`."""
    for index in range(len(feed.arrivals) - 1, 0, -1):
        if feed.arrivals[index] <= since:
            return None
        earlier, until = feed.arrivals[:index], feed.arrivals[index]
        if usual := _usual_if_silent(earlier, until, feed.records):
            return Silence(feed.name, earlier[-1], until, usual, feed.last_file)
    return None


def _recent(arrivals: Sequence[datetime]) -> Sequence[datetime]:
    return arrivals[bisect.bisect_left(arrivals, arrivals[-1] - WEEKS * WEEK) :] if arrivals else arrivals


def _usual_if_silent(arrivals: Sequence[datetime], now: datetime, records: float) -> timedelta | None:
    """Return the usual gap between arrivals if the time from the last one to `now` is longer than usual."""
    recent = _recent(arrivals)
    if len(recent) < LEAST_ARRIVALS or recent[-1] - recent[0] < LEAST_HISTORY:
        return None
    gaps = list(itertools.pairwise(recent))
    usual = timedelta(seconds=median((end - start).total_seconds() for start, end in gaps))
    last = recent[-1]
    if now - last < max(SHORTEST, USUAL_GAPS * usual):
        return None
    jitter = JITTER * usual
    lacking = _lacking(recent, last, min(now, last + _LONGEST_COMPARED), jitter)
    own = sorted(_lacking(recent, start, end, jitter) or 0 for start, end in gaps)
    worst, average = own[-1] if own[-3] >= LEAST_LACKING else own[-3], sum(own) / len(own)
    most = max(LEAST_LACKING, TIMES_WORST * worst, TIMES_MEAN * average, LEAST_RECORDS / records)
    return usual if lacking is not None and lacking > most else None


def _lacking(arrivals: Sequence[datetime], start: datetime, end: datetime, jitter: timedelta) -> float | None:
    """Mean number of arrivals of other weeks in the same hours as the gap between `start` and `end`.

    None if no other week of the history covers them.
    """
    counts = []
    for weeks in (*range(-WEEKS, 0), *range(1, WEEKS + 1)):
        first, last = start + weeks * WEEK, end + weeks * WEEK
        if arrivals[0] <= first and last <= arrivals[-1]:
            after = bisect.bisect_right(arrivals, first + jitter)
            counts.append(max(bisect.bisect_right(arrivals, last - jitter) - after, 0))
    return sum(counts) / len(counts) if counts else None
