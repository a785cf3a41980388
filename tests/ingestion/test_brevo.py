"""Brevo's spellings, clocks, headers and traps, as they land; real payloads included."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ingestion.feeds import Landed, land_lines, real_payloads

Land = Callable[..., Landed]
ARRIVAL = "2023-06-01"
OPENED: dict[str, Any] = {
    "id": 814119,
    "event": "opened",
    "email": "Ann@Example.com",
    "message-id": "<202305311408.17112967225@smtp-relay.example>",
    "date": "2023-05-31 16:45:09",
    "ts": 1685551509,
    "ts_event": 1685544309,
    "ts_epoch": 1685544309368,
    "contact_id": 8,
    "X-Mailin-custom": json.dumps({"contact_id": "c1", "email_id": 7, "journey_id": "j1"}),
    "sending_ip": "203.0.113.9",
    "ip": "192.0.2.1",
    "user_agent": "Mozilla/5.0",
    "link": "",
}


@pytest.fixture
def land(tmp_path) -> Land:
    def run(*lines: Any, arrival: str = ARRIVAL, **options: Any) -> Landed:
        return land_lines(tmp_path, "brevo", lines, arrival=arrival, **options)

    return run


def test_every_field_lands_where_it_belongs(land: Land) -> None:
    (row,) = land(OPENED).rows
    assert row["occurred_at"] == datetime(2023, 5, 31, 14, 45, 9, 368000, tzinfo=UTC)
    expected = {
        "recipient": "ann@example.com",
        "contact_id": "c1",
        "email_id": "7",
        "journey_id": "j1",
        "iteration_id": None,
        "tile_id": None,
        "message_id": "202305311408.17112967225@smtp-relay.example",
        "url": None,
        "ip": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        "event": "opened",
        "reason": None,
    }
    assert {name: row[name] for name in expected} == expected


def test_single_objects_and_batches_land_alike(land: Land) -> None:
    rows = land(OPENED, [OPENED, OPENED | {"event": "click", "link": "https://a.example/"}]).rows
    assert [(r["line_number"], r["item_index"], r["event"], r["url"]) for r in rows] == [
        (1, 0, "opened", None),
        (2, 0, "opened", None),
        (2, 1, "click", "https://a.example/"),
    ]


@pytest.mark.parametrize(
    ("clocks", "occurred_at"),
    [
        ({"ts_epoch": 1685544309368}, datetime(2023, 5, 31, 14, 45, 9, 368000, tzinfo=UTC)),
        ({"ts_epoch": "1685544309368"}, datetime(2023, 5, 31, 14, 45, 9, 368000, tzinfo=UTC)),
        # In seconds it is less exact than the event's own clock …
        ({"ts_epoch": 1685544300, "ts_event": 1685544309}, datetime(2023, 5, 31, 14, 45, 9, tzinfo=UTC)),
        # … and better than the local one.
        ({"ts_epoch": 1685544300, "ts": 1685551509}, datetime(2023, 5, 31, 14, 45, tzinfo=UTC)),
        ({"ts_epoch": "soon", "ts_event": 1685544309}, datetime(2023, 5, 31, 14, 45, 9, tzinfo=UTC)),
        ({"ts_event": 1685544309, "ts": 1685551509}, datetime(2023, 5, 31, 14, 45, 9, tzinfo=UTC)),
        ({"ts": 1685544309, "ts_sent": 1685540000}, datetime(2023, 5, 31, 14, 45, 9, tzinfo=UTC)),
        ({"ts_sent": 1685544309}, datetime(2023, 5, 31, 14, 45, 9, tzinfo=UTC)),
    ],
)
def test_the_clock_to_believe(land: Land, clocks: dict[str, Any], occurred_at: datetime) -> None:
    event = {name: value for name, value in OPENED.items() if not name.startswith("ts")}
    (row,) = land(event | clocks).rows
    assert row["occurred_at"] == occurred_at


@pytest.mark.parametrize(
    "header",
    ["some_custom_header", "contact_id:c1|email_id:7", "123", '"c1"', "[1]", "", None, "{"],
)
def test_a_header_without_our_ids_is_no_error(land: Land, header: str | None) -> None:
    landed = land(OPENED | {"X-Mailin-custom": header})
    (row,) = landed.rows
    # Brevo's own contact number is not ours.
    assert (row["contact_id"], row["email_id"]) == (None, None)
    assert landed.quarantined == []


def test_several_contacts_are_deleted_at_once(land: Land) -> None:
    deleted = {"event": "contact_deleted", "email": ["a@x.example", "", "b@x.example"], "ts": 1685544309}
    landed = land(deleted, deleted | {"email": ["c@x.example"]}, deleted | {"email": []})
    assert [(row["recipient"], row["row_index"]) for row in landed.rows] == [
        ("a@x.example", 0),
        ("b@x.example", 1),
        ("c@x.example", 0),
    ]
    assert landed.quarantined == ["missing_field"]
    assert landed.books == (3, 2, 0, 1)


def test_a_header_that_is_an_object_already(land: Land) -> None:
    (row,) = land(OPENED | {"X-Mailin-custom": {"contact_id": "c2"}}).rows
    assert row["contact_id"] == "c2"


def test_ids_can_have_other_names(land: Land) -> None:
    header = json.dumps({"crm/id": "c9", "a~b": "j9", "it's": "i9"})
    ids = {"contact_id": "crm/id", "journey_id": "a~b", "iteration_id": "it's", "email_id": "camp_id"}
    rows = land(
        OPENED | {"X-Mailin-custom": header, "camp_id": 12}, OPENED | {"email": "b@example.com"}, ids=ids
    ).rows
    assert [rows[0][name] for name in ids] == ["c9", "j9", "i9", "12"]
    assert [rows[1][name] for name in ids] == [None] * 4


def test_a_campaign_event_has_the_campaign_for_its_message(land: Land) -> None:
    delivered = {
        "id": 1,
        "camp_id": 12,
        "email": "ann@example.com",
        "campaign name": "Spring",
        "event": "delivered",
        "ts_sent": 1685540000,
        "ts_event": 1685544309,
        "ts": 1685551509,
    }
    added = {"event": "list_addition", "email": "ann@example.com", "list_id": [3], "ts": 1685544309}
    rows = land(delivered, added).rows
    assert [(row["event"], row["message_id"]) for row in rows] == [
        ("delivered", "campaign-12"),
        ("list_addition", None),
    ]


@pytest.mark.parametrize("event", ["inbound_email_processed", "coupon_sent"])
def test_events_that_are_not_modelled_are_ignored_by_type(land: Land, event: str) -> None:
    landed = land({"event": event, "email": ["a@example.com"]}, OPENED)
    assert landed.ignored == {event: 1}
    assert landed.books == (2, 1, 1, 0)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"email": None}, "missing_field"),
        ({"email": ""}, "missing_field"),
        ({"event": None}, "missing_field"),
        ({"ts": None, "ts_event": None, "ts_epoch": None}, "missing_field"),
        ({"ts": None, "ts_event": None, "ts_epoch": "soon"}, "bad_timestamp"),
        ({"ts_epoch": 1685544309368 * 1000}, "out_of_range"),
    ],
)
def test_a_broken_event_is_quarantined(land: Land, given: dict[str, Any], reason: str) -> None:
    landed = land(OPENED | given, OPENED)
    assert landed.quarantined == [reason]
    assert landed.books == (2, 1, 0, 1)


def test_the_real_payloads_land_as_they_were_understood(land: Land) -> None:
    names = {
        "dropped": {"blocked", "invalid_email", "error"},
        "bounce": {"hard_bounce", "soft_bounce"},
        "received": {"request"},
        "open": {"opened", "unique_opened", "proxy_open"},
        "spam": {"complaint", "spam"},
        "unsubscribe": {"unsubscribed"},
    }
    cases = real_payloads("brevo", at_least=15)
    landed = land(*(case["payload"] for case in cases))
    expected = [event for case in cases for event in case["events"]]
    assert landed.books == (len(expected), len(expected), 0, 0)
    for row, event in zip(landed.rows, expected, strict=True):
        assert row["event"] in names.get(event["name"], {event["name"]})
        assert row["recipient"] == event["expected"]["recipient"]
        assert row["message_id"] == event["id"].strip("<>")
        assert row["reason"] == event["expected"].get("reason", row["reason"])
        assert row["occurred_at"].replace(microsecond=0) == datetime.fromisoformat(
            event["expected"]["timestamp"]
        )
