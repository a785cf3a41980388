"""Mailgun's shapes, recipients and traps, as they land; real payloads included."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ingestion.feeds import Landed, land_lines, real_payloads
from tests.ingestion.samples import sample_lines

Land = Callable[..., Landed]
ARRIVAL = "2024-03-01"
CLICKED: dict[str, Any] = {
    "event": "clicked",
    "id": "G5zMz2ysS6OxZ2C8xb2Tqg",
    "timestamp": 1709200000.094891,
    "recipient": "Ann@Example.com",
    "url": "https://a.example/?b=1#c",
    "ip": "192.0.2.1",
    "client-info": {"user-agent": "Mozilla/5.0", "bot": "", "device-type": "desktop"},
    "geolocation": {"country": "US", "region": "TX", "city": "Austin"},
    "message": {"headers": {"message-id": "20240229.1@mg.example.com"}},
    "user-variables": {
        "contact_id": "c1",
        "email_id": 7,
        "journey_id": "j1",
        "iteration_id": "i1",
        "tile_id": "t1",
    },
    "flags": {"is-test-mode": False},
}
FAILED: dict[str, Any] = {
    "event": "failed",
    "severity": "permanent",
    "reason": "suppress-bounce",
    "timestamp": 1709200000,
    "recipient": "ann@example.com",
    "delivery-status": {
        "code": 605,
        "message": "",
        "description": "Not delivering to previously bounced address",
    },
    "message": {"headers": {"message-id": "<20240229.1@mg.example.com>"}},
    "flags": {"is-delayed-bounce": True},
}
REJECTED: dict[str, Any] = {
    "event": "rejected",
    "timestamp": 1709200000.5,
    "reject": {"reason": "Sandbox subdomains are for test purposes only.", "description": ""},
    "message": {"headers": {"to": "Ann <ann@example.com>", "message-id": "m2"}},
}


@pytest.fixture
def land(tmp_path) -> Land:
    def run(*lines: Any, arrival: str = ARRIVAL, **options: Any) -> Landed:
        return land_lines(tmp_path, "mailgun", lines, arrival=arrival, **options)

    return run


def test_every_field_lands_where_it_belongs(land: Land) -> None:
    (row,) = land(CLICKED).rows
    assert row["occurred_at"] == datetime(2024, 2, 29, 9, 46, 40, 94891, tzinfo=UTC)
    expected = {
        "recipient": "ann@example.com",
        "contact_id": "c1",
        "email_id": "7",
        "journey_id": "j1",
        "iteration_id": "i1",
        "tile_id": "t1",
        "message_id": "20240229.1@mg.example.com",
        "url": "https://a.example/?b=1#c",
        "ip": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        "country": "US",
        "region": "TX",
        "city": "Austin",
        "event": "clicked",
        "event_id": "G5zMz2ysS6OxZ2C8xb2Tqg",
        "severity": None,
        "reason": None,
        "bot": "",
    }
    assert {name: row[name] for name in expected} == expected


def test_a_failure_says_why(land: Land) -> None:
    (row,) = land(FAILED).rows
    expected = {
        "severity": "permanent",
        "reason": "suppress-bounce",
        "code": 605,
        "description": "Not delivering to previously bounced address",
        "is_delayed_bounce": True,
        "message_id": "20240229.1@mg.example.com",
    }
    assert {name: row[name] for name in expected} == expected


def test_webhooks_bare_events_and_pages_land_alike(land: Land) -> None:
    webhook = {"signature": {"token": "t", "timestamp": "1", "signature": "s"}, "event-data": CLICKED}
    landed = land(webhook, CLICKED, {"items": [CLICKED, FAILED], "paging": {"next": "…"}}, [webhook, CLICKED])
    assert [(row["line_number"], row["item_index"], row["event"]) for row in landed.rows] == [
        (1, 0, "clicked"),
        (2, 0, "clicked"),
        (3, 0, "clicked"),
        (3, 1, "failed"),
        (4, 0, "clicked"),
        (4, 1, "clicked"),
    ]
    assert landed.books == (6, 6, 0, 0)


def test_an_empty_page_holds_no_record(land: Land) -> None:
    assert land({"items": [], "paging": {}}, CLICKED).books == (1, 1, 0, 0)


def test_an_event_may_have_items_of_its_own(land: Land) -> None:
    assert len(land(CLICKED | {"items": [1, 2]}).rows) == 1


@pytest.mark.parametrize(
    ("header", "recipients"),
    [
        ("ann@example.com", ["ann@example.com"]),
        ("Ann <ann@example.com>", ["ann@example.com"]),
        ('"Doe, Ann @ home" <ann@example.com>, bob@example.com', ["ann@example.com", "bob@example.com"]),
        ("<ann@example.com>,Bob <bob@example.com>", ["ann@example.com", "bob@example.com"]),
    ],
)
def test_a_rejected_message_has_only_its_header(land: Land, header: str, recipients: list[str]) -> None:
    message = {"headers": {"to": header, "message-id": "m2"}}
    landed = land(REJECTED | {"message": message})
    assert [row["recipient"] for row in landed.rows] == recipients
    assert {row["reason"] for row in landed.rows} == {"Sandbox subdomains are for test purposes only."}
    assert landed.books == (1, 1, 0, 0)


def test_the_recipient_beats_the_header(land: Land) -> None:
    message = {"headers": {"to": "team@example.com", "message-id": "m"}}
    (row,) = land(CLICKED | {"message": message}).rows
    assert row["recipient"] == "ann@example.com"


@pytest.mark.parametrize("flag", [True, "true"])
def test_test_mode_is_no_event(land: Land, flag: Any) -> None:
    landed = land(CLICKED | {"flags": {"is-test-mode": flag}}, CLICKED)
    assert (landed.ignored, landed.reasons) == ({"clicked": 1}, {"clicked": "test"})
    assert landed.books == (2, 1, 1, 0)


@pytest.mark.parametrize("event", ["stored", "list_member_uploaded"])
def test_events_that_are_not_modelled_are_ignored_by_type(land: Land, event: str) -> None:
    landed = land({"event": event, "timestamp": 1709200000}, CLICKED)
    assert landed.ignored == {event: 1}
    assert landed.books == (2, 1, 1, 0)


def test_a_bot_that_mailgun_recognised(land: Land) -> None:
    infos = [{"bot": "apple"}, {"bot": "", "client-type": "robot"}, None]
    rows = land(*(CLICKED | {"client-info": info} for info in infos)).rows
    told = [(row["bot"], row["client_type"]) for row in rows]
    assert told == [("apple", None), ("", "robot"), (None, None)]


def test_ids_can_have_other_names(land: Land) -> None:
    variables = {"crm id": "c9", 'a"b': "j9", "email_id": "e9"}
    ids = {"contact_id": "crm id", "journey_id": 'a"b'}
    (row,) = land(CLICKED | {"user-variables": variables}, ids=ids).rows
    assert (row["contact_id"], row["journey_id"], row["email_id"], row["tile_id"]) == ("c9", "j9", "e9", None)


def test_variables_may_be_an_empty_list(land: Land) -> None:
    (row,) = land(CLICKED | {"user-variables": []}).rows
    assert row["contact_id"] is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (CLICKED | {"recipient": None}, "missing_field"),
        (CLICKED | {"recipient": " "}, "missing_field"),
        (REJECTED | {"message": {"headers": {"to": "undisclosed-recipients:;"}}}, "missing_field"),
        (CLICKED | {"event": None}, "missing_field"),
        (CLICKED | {"timestamp": None}, "missing_field"),
        (CLICKED | {"timestamp": "yesterday"}, "bad_timestamp"),
        (CLICKED | {"timestamp": 1909200000}, "out_of_range"),
        ({"signature": {}, "event-data": "gone"}, "wrong_shape"),
        ({"signature": {}, "event-data": None}, "wrong_shape"),
        ({"items": [7]}, "wrong_shape"),
    ],
)
def test_a_broken_event_is_quarantined(land: Land, line: dict[str, Any], reason: str) -> None:
    landed = land(line, CLICKED)
    assert landed.quarantined == [reason]
    assert landed.books == (2, 1, 0, 1)


def test_the_vendors_examples_land(land: Land) -> None:
    landed = land(*sample_lines("mailgun_event_examples"))
    assert landed.books == (12, 11, 1, 0)
    assert landed.ignored == {"stored": 1}
    assert [(row["event"], row["code"]) for row in landed.rows] == [
        ("accepted", None),
        ("accepted", None),
        ("delivered", 250),
        ("failed", 605),
        ("failed", 550),
        ("failed", 451),
        ("opened", None),
        ("clicked", None),
        ("unsubscribed", None),
        ("complained", None),
        ("rejected", None),
    ]
    assert landed.rows[-1]["recipient"] == "joan@example.org"


def test_the_real_payloads_land_as_they_were_understood(land: Land) -> None:
    names = {
        "received": "accepted",
        "click": "clicked",
        "open": "opened",
        "bounce": "failed",
        "dropped": "failed",
        "deferred": "failed",
        "spam": "complained",
        "unsubscribe": "unsubscribed",
    }
    cases = real_payloads("mailgun", at_least=10)
    landed = land(*(json.dumps(case["payload"]) for case in cases))
    expected = [event for case in cases for event in case["events"]]
    assert landed.books == (len(expected), len(expected), 0, 0)
    for row, event in zip(landed.rows, expected, strict=True):
        assert row["event"] == names.get(event["name"], event["name"])
        assert row["event_id"] == event["id"]
        assert row["recipient"] == event["expected"]["recipient"]
        assert row["description"] == event["expected"].get("reason", row["description"])
        assert row["occurred_at"] == datetime.fromisoformat(event["expected"]["timestamp"])
