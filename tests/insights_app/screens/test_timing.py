"""How soon and when people open: counted again from the events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from starlette.testclient import TestClient

from insights_app.catalogue.blocks import Hours
from insights_app.pages import values
from insights_app.pages.differences import best_hour
from insights_app.server.access import Rules
from insights_app.server.app import application
from tests.insights_app.conftest import HOSTS
from tests.insights_app.screens.test_comparison import file_of, two_emails

ZONE = "Asia/Kolkata"
MINUTES = {"5 minutes": 5, "15 minutes": 15, "1 hour": 60, "4 hours": 240, "1 day": 1_440, "3 days": 4_320}


def firsts(
    marts: duckdb.DuckDBPyConnection, kind: str, email: str = ""
) -> list[tuple[datetime, datetime | None, bool]]:
    """When each message was sent, when a person first opened or clicked it, and whether it was delivered."""
    return marts.execute(
        """
        select
            messages.sent_at,
            min(case when events.interaction_type = ? and not events.is_machine then events.occurred_at end),
            messages.was_delivered
        from fct_email_messages as messages
        inner join fct_email_events as events using (message_key)
        where messages.was_sent and (? = '' or messages.email_id = ?)
        group by messages.message_key, messages.sent_at, messages.was_delivered
        """,
        [kind, email, email],
    ).fetchall()


@pytest.mark.parametrize("place", ["home", "email"])
def test_delays_are_those_of_first_opens_and_clicks_of_people(
    place: str, client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    email = two_emails(marts)[0] if place == "email" else ""
    address = f"/emails/{email}?tab=timing" if email else "/home?tab=timing&from=2000-01-01&to=2100-01-01"
    shares = {row["within"]: row for row in file_of(client, f"{address}&download=delays")}
    parts = {row["what"]: row for row in file_of(client, f"{address}&download=delay_quantiles")}
    for column, kind in (("opened", "email_opened"), ("clicked", "email_clicked")):
        delays = sorted(at - sent for sent, at, _ in firsts(marts, kind, email) if at)
        assert delays
        for within, minutes in MINUTES.items():
            expected = sum(delay <= timedelta(minutes=minutes) for delay in delays)
            assert int(shares[within][f"{column}_messages"]) == expected
            assert float(shares[within][column]) == pytest.approx(expected / len(delays))
        row = parts[column]
        assert int(row["messages"]) == len(delays)
        middle = (delays[(len(delays) - 1) // 2] + delays[len(delays) // 2]) / 2
        assert float(row["half"]) == pytest.approx(middle.total_seconds())


@pytest.mark.parametrize("chosen", ["", "Asia/Kolkata"])
def test_hours_are_of_the_reporting_time_zone_or_the_chosen_one(
    chosen: str, small_build: Callable[[str, str], Path], marts: duckdb.DuckDBPyConnection
) -> None:
    folder = small_build("zone", f"update build_info set reporting_time_zone = '{ZONE}'")
    client = TestClient(application(folder, Rules(), HOSTS))
    address = f"/home?tab=timing&from=2000-01-01&to=2100-01-01&zone={chosen}"
    messages = firsts(marts, "email_opened")

    def hour(moment: datetime) -> tuple[int, int]:
        local = moment.astimezone(ZoneInfo(chosen or ZONE))
        return local.isoweekday(), local.hour

    opens = Counter(hour(at) for _, at, _ in messages if at)
    rows = file_of(client, f"{address}&download=open_hours")
    assert {
        (int(row["day"]), int(row["hour"])): int(row["opened"]) for row in rows if int(row["opened"])
    } == opens
    assert {int(row["sent"]) for row in rows} == {len(messages)}

    delivered = Counter(hour(sent) for sent, _, was_delivered in messages if was_delivered)
    opened = Counter(hour(sent) for sent, at, _ in messages if at)
    rows = file_of(client, f"{address}&download=send_hours")
    assert {
        (int(row["day"]), int(row["hour"])): int(row["delivered"]) for row in rows if int(row["delivered"])
    } == delivered
    assert {
        (int(row["day"]), int(row["hour"])): int(row["opened"]) for row in rows if int(row["opened"])
    } == opened
    assert f"hour, {chosen or ZONE}" in client.get(address).text


def test_the_shares_of_all_hours_are_the_share_of_people_who_opened(
    client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    email = two_emails(marts)[0]
    opened, sent = marts.execute(
        "select opened_unique_human, sent from mart_email_kpis where email_id = ?", [email]
    ).fetchone() or (0, 0)
    rows = file_of(client, f"/emails/{email}?tab=timing&download=open_hours")
    assert sum(float(row["opened_rate"]) for row in rows) == pytest.approx(opened / sent)


def test_days_without_messages_have_no_timing(client: TestClient) -> None:
    page = client.get("/home?tab=timing&from=1999-01-01&to=1999-01-02").text
    assert page.count("Nobody opened a message of these days.") == 3
    assert "data-spec" not in page


BLOCK = Hours(
    "send",
    "",
    share="rate",
    count="opened",
    of="delivered",
    said="%(hour)s %(share)s %(counts)s.",
    is_judged=True,
)


def cell(hour: int, opened: int, delivered: int) -> dict[str, float]:
    return {"day": 2, "hour": hour, "opened": opened, "delivered": delivered, "rate": opened / delivered}


def test_an_hour_stands_out_only_by_more_than_the_best_of_many_does() -> None:
    rest = [cell(hour, 30, 100) for hour in range(20)]
    assert best_hour.said_of(BLOCK, [*rest, cell(23, 40, 100)]) == (
        "Tuesday 23:00 to 00:00 40.0 % 40 of 100."
        " Of 21 hours one stands out by chance as far as this: too close to call."
    )
    assert best_hour.said_of(BLOCK, [*rest, cell(9, 60, 100)]).endswith("more than chance explains.")
    assert best_hour.said_of(BLOCK, [cell(9, 60, 100)]) == "Tuesday 09:00 to 10:00 60.0 % 60 of 100."


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (35.4, "35 s"),
        (60, "1 min"),
        (3_599, "59 min 59 s"),
        (10_140, "2 h 49 min"),
        (180_000, "2 d 2 h"),
    ],
)
def test_durations_are_written_in_two_units(seconds: float, text: str) -> None:
    assert values.text_of(seconds, "duration") == text
