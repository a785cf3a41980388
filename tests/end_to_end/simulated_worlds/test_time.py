"""Days, hours and sessions where a clock is put forward and back: one world, reported in New York.

Belongs here: the same instant in any offset counts once and on its day, in every kind of table that has days.
Does not belong here: how a time is spelled (`tests/ingestion/values/test_instants.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import duckdb
import pytest

from tests.harness.worlds import build, quick_builds

pytestmark = pytest.mark.slow

# New York's clocks go forward on 8 March 2026 (23 hours) and back on 1 November (25 hours).


def native(key: str, kind: str, at: str, **fields: Any) -> dict[str, Any]:
    return {"interaction_id": key, "interaction_type": kind, "occurred_at": at, **fields}


def sent(key: str, at: str) -> dict[str, Any]:
    return native(key, "email_sent", at, message_id=key, email_id="e1", recipient="ann@people.example")


def hours(day: str, first_utc: str, count: int) -> list[dict[str, Any]]:
    """A page visit in each hour of a New York day, every one written with another offset."""
    first = datetime.fromisoformat(first_utc).replace(tzinfo=UTC)
    return [
        native(
            f"{day}-{n}",
            "page_visited",
            (first + timedelta(hours=n)).astimezone(timezone(timedelta(minutes=30 * n))).isoformat(),
            page_id="p1",
            visitor_id=f"{day}-{n}",
        )
        for n in range(count)
    ]


SENT = {
    # (New York's date, instants of it)
    "2016-12-31": ["2016-12-31T23:59:60Z"],
    "2025-12-31": ["2026-01-01T04:59:59.999999999Z"],
    "2026-01-01": ["2026-01-01T05:00:00Z"],
    "2026-01-31": ["2026-01-31T23:30:00-05:00"],
    "2026-02-01": ["2026-02-01T10:30:00+05:30"],
    "2026-03-07": ["2026-03-07T23:30:00-05:00"],
    "2026-03-08": ["2026-03-08T00:30:00-05:00", "2026-03-09T09:00:00+05:30"],
    "2026-03-09": ["2026-03-08T17:30:00-11:00"],
    "2026-10-31": ["2026-10-31T23:30:00-04:00"],
    "2026-11-01": ["2026-11-01T00:30:00-04:00", "2026-11-01T23:30:00-05:00"],
    "2026-11-02": ["2026-11-02T16:00:00+10:30"],
}

#: A minute that the clock shows twice: an hour apart, in two of the hours that opens are counted by.
TWICE = [
    native(key, "email_opened", at, message_id="opened", email_id="e2", recipient="ann@people.example")
    for key, at in (("first", "2026-11-01T01:30:00-04:00"), ("second", "2026-11-01T01:30:00-05:00"))
]


def visit(key: str, at: str, visitor: str) -> dict[str, Any]:
    return native(key, "website_visited", at, website_id="w1", visitor_id=visitor, url="https://w.example/")


SESSIONS = [
    # Over midnight, and over the hour that comes twice: 20 and 15 minutes apart, a session each.
    visit("m1", "2026-10-31T23:50:00-04:00", "midnight"),
    visit("m2", "2026-11-01T00:10:00-04:00", "midnight"),
    visit("t1", "2026-11-01T01:50:00-04:00", "twice"),
    visit("t2", "2026-11-01T01:05:00-05:00", "twice"),
    # An hour and ten minutes apart, though the clock shows ten: two sessions.
    visit("a1", "2026-11-01T01:00:00-04:00", "apart"),
    visit("a2", "2026-11-01T01:10:00-05:00", "apart"),
    # Ten minutes apart, though the clock shows an hour and ten: one session.
    visit("f1", "2026-03-08T01:55:00-05:00", "forward"),
    visit("f2", "2026-03-08T03:05:00-04:00", "forward"),
]

MEMBERS = [
    native("j1", "segment_joined", "2026-10-31T23:30:00-04:00", segment_id="s1", contact_id="c1"),
    native("l1", "segment_left", "2026-11-01T23:30:00-05:00", segment_id="s1", contact_id="c1"),
]

LEADS = """lead_id,created_at,closed_at,status
hour,2026-03-07T23:30:00-05:00,2026-03-08T00:30:00-05:00,won
long,2026-11-01T00:10:00-04:00,2026-11-01T23:50:00-05:00,won
spring,2026-03-07T12:00:00Z,2026-03-09T12:00:00Z,lost
open,2026-11-01T23:50:00-05:00,,open
local,2026-11-01 01:30:00,2026-11-02 00:30:00,won
"""


def postmark(at: str) -> dict[str, Any]:
    """An event without an id: its time is part of what it is known by."""
    return {"RecordType": "Open", "MessageID": "pm", "Recipient": "bob@people.example", "ReceivedAt": at}


OPENED_ONCE = [
    "2026-11-01T05:30:00.1234567Z",
    "2026-11-01T01:30:00.1234567-04:00",
    "2026-11-01T11:00:00.1234567+05:30",
]
OPENED_AGAIN = "2026-11-01T01:30:00.1234567-05:00"


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    root = tmp_path_factory.mktemp("time")

    def put(feed: str, day: str, name: str, content: str) -> None:
        folder = root / "landing" / feed / day
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")

    def lines(records: list[dict[str, Any]]) -> str:
        return "".join(json.dumps(record) + "\n" for record in records)

    mails = [sent(f"{day}-{n}", at) for day, instants in SENT.items() for n, at in enumerate(instants)]
    visits = hours("spring", "2026-03-08T05:00:00", 23) + hours("autumn", "2026-11-01T04:00:00", 25)
    put("interactions", "2026-11-01", "a.ndjson", lines([*mails, *TWICE, *SESSIONS, *visits, *MEMBERS]))
    again = [sent("2026-11-01-0", "2026-11-01T04:30:00Z"), sent("2026-03-09-0", "2026-03-09T04:30:00Z")]
    put("interactions", "2026-11-02", "again.ndjson", lines(again))
    put("postmark", "2026-11-01", "a.ndjson", lines([postmark(at) for at in OPENED_ONCE]))
    put("postmark", "2026-11-02", "b.ndjson", lines([postmark(OPENED_ONCE[1]), postmark(OPENED_AGAIN)]))
    put("crm", "2026-11-02", "leads.csv", LEADS)
    (root / "touchpoint.yml").write_text(
        "reporting_time_zone: America/New_York\n"
        "feeds: [{name: crm, adapter: crm, timezone: America/New_York}]\n",
        encoding="utf-8",
    )
    with quick_builds():
        build(root / "landing", root / "home", "--config", str(root / "touchpoint.yml"))
    database = root / "home" / "published" / "insights.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def by_day(marts: duckdb.DuckDBPyConnection, sql: str) -> dict[str, int]:
    """Day -> count."""
    return {str(day): count for day, count in marts.execute(sql).fetchall() if count}


def test_a_message_is_of_the_day_it_was_sent_in_new_york(marts: duckdb.DuckDBPyConnection) -> None:
    """Year and month ends, a leap second, the nights of both changes; two came again under another offset."""
    sent_by_day = by_day(
        marts,
        "select send_date, sum(sent) from marts.mart_email_kpis_daily where email_id = 'e1' group by all",
    )
    assert sent_by_day == {day: len(instants) for day, instants in SENT.items()}


def test_days_of_23_and_25_hours_count_every_hour(marts: duckdb.DuckDBPyConnection) -> None:
    visits = by_day(marts, "select interaction_date, visits from marts.mart_page_kpis_daily")
    assert visits == {"2026-03-08": 23, "2026-11-01": 25}


@pytest.mark.parametrize("email_id", ["e2", "unknown"], ids=["by its id", "by its time, which is its key"])
def test_an_hour_that_comes_twice_is_two_hours(marts: duckdb.DuckDBPyConnection, email_id: str) -> None:
    opened = marts.execute(
        """
        select interaction_hour, interactions from marts.mart_email_responses_hourly
        where interaction_type = 'email_opened' and email_id = ? order by all
        """,
        [email_id],
    ).fetchall()
    first = datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert opened == [(first, 1), (first + timedelta(hours=1), 1)]


def test_one_instant_is_one_record_in_the_books(marts: duckdb.DuckDBPyConnection) -> None:
    books = "select feed, sum(duplicates)::int, sum(quarantined)::int from marts.build_files group by 1 order by 1"
    assert marts.execute(books).fetchall() == [("crm", 0, 0), ("interactions", 2, 0), ("postmark", 3, 0)]


def test_sessions_are_measured_in_time_that_passes(marts: duckdb.DuckDBPyConnection) -> None:
    sessions = by_day(marts, "select visit_date, sessions from marts.mart_website_daily")
    # The one over midnight belongs to the day it began on.
    assert sessions == {"2026-03-08": 1, "2026-10-31": 1, "2026-11-01": 3}
    visits = by_day(marts, "select visit_date, visits from marts.mart_website_daily")
    assert visits == {"2026-03-08": 2, "2026-10-31": 1, "2026-11-01": 5}


def test_ages_are_days_of_the_calendar(marts: duckdb.DuckDBPyConnection) -> None:
    """One hour over midnight is a day; 25 hours within one are none. The newest arrival day is 2 November."""
    ages = by_day(marts, "select lead_id, age_days + 100 from marts.mart_lead_insights")
    assert ages == {"hour": 101, "long": 100, "spring": 102, "open": 101, "local": 101}


def test_members_of_a_day_are_those_at_its_end(marts: duckdb.DuckDBPyConnection) -> None:
    members = marts.execute(
        "select snapshot_date, members, members_joined, members_left from marts.mart_segment_daily order by all"
    ).fetchall()
    assert members == [
        (date(2026, 10, 31), 1, 1, 0),
        (date(2026, 11, 1), 0, 0, 1),
        (date(2026, 11, 2), 0, 0, 0),
    ]


def test_the_calendar_reaches_from_the_first_day_to_the_last(marts: duckdb.DuckDBPyConnection) -> None:
    """In New York the leap second is still in 2016."""
    row = marts.execute("select min(date_day), max(date_day), count(*) from marts.dim_date").fetchone()
    assert row == (date(2016, 12, 31), date(2026, 11, 2), (date(2026, 11, 2) - date(2016, 12, 31)).days + 1)
