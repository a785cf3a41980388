"""Times as text: the same instant however it is written, and nothing read as a time that is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.adapters.native.dynamics365 import us_instant
from ingestion.adapters.web import access_log
from ingestion.config import Config
from ingestion.landing.feed import Feed
from ingestion.values.instants import iso_8601
from tests.ingestion.zone import Zone

NEW_YORK = "America/New_York"


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("set TimeZone = 'UTC'")
        yield opened


def read(
    connection: duckdb.DuckDBPyConnection, text: str, zone: str = NEW_YORK, sql: str = iso_8601("t")
) -> str | None:
    """The instant as UTC text, microseconds only where there are any."""
    connection.execute("set variable feed_zone = ?", [zone])
    found = connection.execute(f"select epoch_us({sql}) from (select ? as t)", [text]).fetchone()
    if found is None or found[0] is None:
        return None
    return (datetime(1970, 1, 1) + timedelta(microseconds=found[0])).isoformat(" ")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-08T07:30:00Z",
        "2026-03-08 07:30:00Z",
        "2026-03-08t07:30:00z",
        "2026-03-08T07:30Z",
        " 2026-03-08T07:30:00Z ",
        "2026-03-08T07:30:00+00",
        "2026-03-08T07:30:00-00:00",
        "2026-03-08 07:30:00 +0000",
        "2026-03-08 07:30:00 UTC",
        "2026-03-08T07:30:00 gmt",
        "2026-03-08T13:00:00+05:30",
        "2026-03-08T13:00+0530",
        "2026-03-07T20:30:00-11:00",
        "2026-03-08T21:30:00+14:00",
        "2026-03-08T02:30:00-05",
        "2026-03-08T07:30:00.0Z",
        "2026-03-08T07:30:00.000000000Z",
        "2026-03-08T07:30:00,000+00:00",
    ],
)
def test_one_instant_in_many_spellings(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert read(connection, text) == "2026-03-08 07:30:00"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-08T24:00:00Z", "2026-03-09 00:00:00"),
        ("2026-12-31T24:00:00+00:00", "2027-01-01 00:00:00"),
        ("2024-02-29T23:59:59Z", "2024-02-29 23:59:59"),
        ("2026-03-08T07:30:00.1Z", "2026-03-08 07:30:00.100000"),
        ("2026-03-08T07:30:00,25Z", "2026-03-08 07:30:00.250000"),
        ("2026-03-08T23:59:59.999999999Z", "2026-03-08 23:59:59.999999"),
    ],
)
def test_ends_of_days_and_fractions(connection: duckdb.DuckDBPyConnection, text: str, instant: str) -> None:
    assert read(connection, text) == instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2016-12-31T23:59:60Z", "2017-01-01 00:00:00"),
        ("2016-12-31T23:59:60.5Z", "2017-01-01 00:00:00.500000"),
        ("2017-01-01T05:29:60+05:30", "2017-01-01 00:00:00"),
        ("2016-12-31T18:59:60", "2017-01-01 00:00:00"),
        ("2015-06-30 23:59:60 UTC", "2015-07-01 00:00:00"),
        ("2016-12-31T23:59:61Z", None),
        ("2016-12-31T22:59:60Z", None),
        ("2016-12-31T23:59:60", None),
    ],
)
def test_a_leap_second_is_the_first_of_the_next_day(
    connection: duckdb.DuckDBPyConnection, text: str, instant: str | None
) -> None:
    assert read(connection, text) == instant


@pytest.mark.parametrize(
    ("zone", "text", "instant"),
    [
        (NEW_YORK, "2026-03-08T01:59:59", "2026-03-08 06:59:59"),
        (NEW_YORK, "2026-03-08T02:30:00", "2026-03-08 07:30:00"),  # never shown
        (NEW_YORK, "2026-03-08T03:00:00", "2026-03-08 07:00:00"),
        (NEW_YORK, "2026-11-01T00:59:59", "2026-11-01 04:59:59"),
        (NEW_YORK, "2026-11-01T01:30:00", "2026-11-01 06:30:00"),  # shown twice
        (NEW_YORK, "2026-11-01T02:00:00", "2026-11-01 07:00:00"),
        ("Europe/Paris", "2026-03-29T02:30:00", "2026-03-29 01:30:00"),
        ("Europe/Paris", "2026-10-25T02:30:00", "2026-10-25 01:30:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03 15:45:00"),  # half an hour is skipped
        ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04 15:15:00"),
        ("Asia/Kolkata", "2026-03-08", "2026-03-07 18:30:00"),
    ],
)
def test_a_time_without_an_offset_is_the_feeds(
    connection: duckdb.DuckDBPyConnection, zone: str, text: str, instant: str
) -> None:
    assert read(connection, text, zone) == instant


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-08T24:00:01Z", "2026-03-08T07:60:00Z"),
        *("2026-03-08T07:30:00+24:00", "2026-03-08T07:30:00+05:60", "2026-03-08T07:30:00+05:30:15"),
        *("20260308T073000Z", "2026-W10-7T07:30:00Z", "2026-067T07:30:00Z"),
        *("-2026-03-08T07:30:00Z", "+002026-03-08T07:30:00Z", "12026-03-08T07:30:00Z"),
        *("infinity", "-infinity", "epoch", "now", "today", "1772955000", "", "Z"),
        *("2026-03-08T07:30:00EST", "2026-03-08T07:30:00Z[Europe/Paris]", "2026-03-08T07:30:00Z or so"),
    ],
)
def test_what_is_no_instant_is_none(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert read(connection, text) is None


@given(
    instant=st.datetimes(datetime(1990, 1, 2), datetime(2200, 1, 1)),
    minutes=st.integers(-14 * 60, 14 * 60),
    digits=st.integers(0, 9),
    written=st.sampled_from(["{}", "{} ", " {}"]),
    is_upper=st.booleans(),
    comma=st.booleans(),
)
def test_any_offset_says_the_same_instant(
    connection: duckdb.DuckDBPyConnection,
    instant: datetime,
    minutes: int,
    digits: int,
    written: str,
    is_upper: bool,
    comma: bool,
) -> None:
    kept = instant.replace(microsecond=int(f"{instant.microsecond:06d}"[: min(digits, 6)].ljust(6, "0")))
    local = kept.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=minutes)))
    fraction = f"{kept.microsecond:06d}999"[:digits]
    text = (
        f"{local:%Y-%m-%dT%H:%M:%S}"
        + (f"{',' if comma else '.'}{fraction}" if digits else "")
        + local.isoformat()[-6:]
    )
    text = written.format(text if is_upper else text.lower())
    assert read(connection, text) == kept.isoformat(" ")


@pytest.mark.parametrize(
    ("sql", "text", "instant"),
    [
        (access_log.ADAPTER.parsed_time, "31/Dec/2016:23:59:60 +0000", "2017-01-01 00:00:00"),
        (access_log.ADAPTER.parsed_time, "01/Jan/2017:05:29:60 +0530", "2017-01-01 00:00:00"),
        (access_log.ADAPTER.parsed_time, "31/Dec/2016:22:59:60 +0000", None),
        (access_log.ADAPTER.parsed_time, "08/Mar/2026:02:30:00", "2026-03-08 07:30:00"),
        (access_log.ADAPTER.parsed_time, "01/Nov/2026:01:30:00", "2026-11-01 06:30:00"),
        (us_instant("t")[1], "12/31/2016 11:59:60 PM +00:00", "2017-01-01 00:00:00"),
        (us_instant("t")[1], "11/1/2026 1:30:00 AM", "2026-11-01 06:30:00"),
        (us_instant("t")[1], "2016-12-31T23:59:60Z", "2017-01-01 00:00:00"),
    ],
)
def test_other_spellings_keep_the_same_rules(
    connection: duckdb.DuckDBPyConnection, sql: str, text: str, instant: str | None
) -> None:
    assert read(connection, text, NEW_YORK, sql.replace("r.logged_at", "t")) == instant


BOUNDS = [
    ("1989-12-31T23:59:59.999999Z", "out_of_range"),
    ("1990-01-01T00:00:00Z", None),
    ("1989-12-31T14:00:00-10:00", None),
    ("1990-01-01T05:29:59+05:30", "out_of_range"),
    ("2026-03-03T23:59:59.999999999Z", None),
    ("2026-03-04T00:00:00Z", "out_of_range"),
    ("2026-03-04T13:59:59+14:00", None),
    ("2026-03-03T12:00:00-12:00", "out_of_range"),
    ("2026-02-30T00:00:00Z", "bad_timestamp"),
]


def test_bounds_are_instants_of_utc_days(zone: Zone) -> None:
    """The file arrived on 2026-03-01; its feed's own time zone changes nothing."""
    for number, (text, _) in enumerate(BOUNDS):
        zone.put(
            f'{{"interaction_id": "a", "interaction_type": "page_visited", "occurred_at": "{text}"}}',
            f"{number}.ndjson",
            day=date(2026, 3, 1).isoformat(),
            feed="interactions",
        )
    zone.land(Config(feeds=(Feed("interactions", "interactions", "interactions", NEW_YORK),)))
    refused = dict(zone.quarantine("file, reason_code"))
    assert [refused.get(f"{number}.ndjson") for number in range(len(BOUNDS))] == [why for _, why in BOUNDS]
    assert len(zone.rows("occurred_at")) == len(BOUNDS) - len(refused)
