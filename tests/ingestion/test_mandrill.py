"""Mandrill's bodies, reasons, lists and traps, as they land; real payloads included."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

import pytest

from ingestion.adapters.mandrill import ADAPTER
from tests.ingestion.feeds import Landed, land_lines, real_payloads

Land = Callable[..., Landed]
ARRIVAL = "2013-11-21"
CLICK: dict[str, Any] = {
    "event": "click",
    "_id": "the-message",
    "ts": 1384954004,
    "url": "https://shop.example/?a=1&b=%20+x",
    "ip": "192.0.2.1",
    "user_agent": "Mozilla/5.0",
    "location": {
        "country_short": "US",
        "country": "United States",
        "region": "Oklahoma",
        "city": "Oklahoma City",
        "latitude": 35.4675598145,
        "longitude": -97.5164337158,
    },
    "msg": {
        "_id": "the-message",
        "ts": 1384950000,
        "email": "Ann@Example.com",
        "metadata": {"contact_id": "c1", "email_id": 7, "journey_id": "j1"},
        "opens": [{"ts": 1384951000}, {"ts": 1384952000}],
        "clicks": [{"ts": 1384953000, "url": "https://shop.example/before"}, {"ts": 1384954004, "url": "x"}],
        "state": "sent",
        "diag": None,
        "bounce_description": None,
    },
}


def of_message(event: dict[str, Any] | None = None, **message: Any) -> dict[str, Any]:
    return CLICK | (event or {}) | {"msg": CLICK["msg"] | message}


@pytest.fixture
def land(tmp_path) -> Land:
    def run(*lines: Any, arrival: str = ARRIVAL, **options: Any) -> Landed:
        return land_lines(tmp_path, "mandrill", lines, arrival=arrival, **options)

    return run


@pytest.mark.parametrize("place", ["_id", "msg"])
def test_the_test_button_posts_ids_that_begin_with_example(land: Land, place: str) -> None:
    constant = "exampleaaaaaaaaaaaaaaaaaaaaaaaaa2"
    test = (
        of_message(_id=constant)
        if place == "msg"
        else {**CLICK, "_id": constant, "msg": {"email": "a@b.example"}}
    )
    landed = land(test, CLICK, of_message(email="example.webhook@mandrillapp.example"))
    assert (landed.ignored, len(landed.rows)) == ({"click": 1}, 2)
    assert landed.reasons == {"click": "test"}


def test_every_field_lands_where_it_belongs(land: Land) -> None:
    (row,) = land(CLICK).rows
    assert row["occurred_at"] == datetime(2013, 11, 20, 13, 26, 44, tzinfo=UTC)
    expected = {
        "recipient": "ann@example.com",
        "contact_id": "c1",
        "email_id": "7",
        "journey_id": "j1",
        "tile_id": None,
        "message_id": "the-message",
        "url": "https://shop.example/?a=1&b=%20+x",
        "ip": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        "country": "US",
        "region": "Oklahoma",
        "city": "Oklahoma City",
        "latitude": 35.4675598145,
        "longitude": -97.5164337158,
        "event": "click",
        "reason": None,
    }
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("parsed", "client_type"), [({"type": "Robot", "mobile": False}, "Robot"), ([], None), (None, None)]
)
def test_the_kind_of_program_lands(land: Land, parsed: Any, client_type: str | None) -> None:
    (row,) = land(CLICK | {"user_agent_parsed": parsed}).rows
    assert row["client_type"] == client_type


@pytest.mark.parametrize(
    "body",
    [
        {"mandrill_events": [CLICK, CLICK]},
        {"mandrill_events": json.dumps([CLICK, CLICK])},
        [CLICK, CLICK],
        "mandrill_events=" + quote_plus(json.dumps([CLICK, CLICK])),
        "a=1&mandrill_events=" + quote_plus(json.dumps([CLICK, CLICK]), safe="[]{}:,") + "&b=",
    ],
    ids=["object", "object around text", "array", "form", "form among other fields"],
)
def test_every_body_gives_the_same_events(land: Land, body: Any) -> None:
    landed = land(body)
    assert [(r["item_index"], r["event"], r["url"]) for r in landed.rows] == [
        (0, "click", CLICK["url"]),
        (1, "click", CLICK["url"]),
    ]
    assert landed.books == (2, 2, 0, 0)


def test_the_history_of_a_message_is_not_told_again(land: Land) -> None:
    landed = land({"mandrill_events": [CLICK, of_message({"event": "open", "url": None})]})
    assert [row["event"] for row in landed.rows] == ["click", "open"]


@pytest.mark.parametrize(
    "probe", [{"mandrill_events": []}, {"mandrill_events": "[]"}, "mandrill_events=%5B%5D"]
)
def test_a_probe_holds_no_events(land: Land, probe: Any) -> None:
    landed = land(probe, CLICK)
    assert len(landed.rows) == 1
    assert landed.books == (1, 1, 0, 0)


def test_the_time_of_the_event_comes_before_that_of_its_message(land: Land) -> None:
    rows = land(CLICK, CLICK | {"ts": None}).rows
    assert [row["occurred_at"].timestamp() for row in rows] == [1384954004, 1384950000]


@pytest.mark.parametrize(
    ("metadata", "contact_id"),
    [({"contact_id": 5}, "5"), ([{"contact_id": "c2"}], "c2"), ([], None), (None, None), ("c3", None)],
)
def test_metadata_in_its_shapes(land: Land, metadata: Any, contact_id: str | None) -> None:
    (row,) = land(of_message(metadata=metadata)).rows
    assert row["contact_id"] == contact_id


def test_ids_can_have_other_names(land: Land) -> None:
    event = of_message(metadata={"crm/id": "c9", "a~b": "e9", "it's": "j9"})
    ids = {"contact_id": "crm/id", "email_id": "a~b", "journey_id": "it's"}
    (row,) = land(event, ids=ids).rows
    assert [row[name] for name in ids] == ["c9", "e9", "j9"]


@pytest.mark.parametrize("location", [None, [], "somewhere"])
def test_an_unknown_location_is_no_location(land: Land, location: Any) -> None:
    (row,) = land(CLICK | {"location": location}).rows
    assert (row["country"], row["latitude"]) == (None, None)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (
            of_message({"event": "reject"}, reject={"reason": "hard-bounce", "last_event_at": "x"}),
            "hard-bounce",
        ),
        (of_message({"event": "reject"}, reject="spam"), "spam"),
        (of_message({"event": "reject"}, reject_reason="unsub"), "unsub"),
        (of_message({"event": "reject", "reject": {"reason": "rule"}}), "rule"),
        (of_message({"event": "reject"}, diag="", bounce_description="custom"), "custom"),
        (of_message({"event": "reject"}), None),
        (
            of_message({"event": "hard_bounce"}, diag="550 5.1.1", bounce_description="bad_mailbox"),
            "550 5.1.1",
        ),
        (of_message({"event": "soft_bounce"}, bounce_description="mailbox_full"), "mailbox_full"),
    ],
)
def test_reasons_are_found_where_they_have_been_seen(land: Land, event: Any, reason: str | None) -> None:
    (row,) = land(event).rows
    assert row["reason"] == reason


def test_changes_of_the_address_lists(land: Land) -> None:
    blacklisted = {"type": "blacklist", "action": "add", "ts": 1384954004}
    landed = land(
        blacklisted | {"reject": {"email": "ann@example.com", "reason": "hard-bounce"}},
        blacklisted | {"type": "whitelist", "entry": {"email": "bob@example.com"}},
        blacklisted | {"reject": {"reason": "hard-bounce"}},
        {"type": "whitelist", "entry": {"email": "bob@example.com"}},
    )
    assert [(row["event"], row["recipient"]) for row in landed.rows] == [
        ("blacklist", "ann@example.com"),
        ("whitelist", "bob@example.com"),
    ]
    assert landed.ignored == {"blacklist": 1, "whitelist": 1}


def test_inbound_mail_is_ignored(land: Land) -> None:
    landed = land({"mandrill_events": [CLICK, of_message({"event": "inbound"}, raw_msg="…")]})
    assert landed.ignored == {"inbound": 1}
    assert landed.books == (2, 1, 1, 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"mandrill_events": "nothing"}, "wrong_shape"),
        ({"mandrill_events": 5}, "wrong_shape"),
        ({"mandrill_events": ["click"]}, "wrong_shape"),
        ({"event": "open", "ts": 1384954004}, "missing_field"),
        (of_message({"ts": None}, ts=None), "missing_field"),
        (CLICK | {"event": None}, "missing_field"),
        (CLICK | {"ts": "soon"}, "bad_timestamp"),
        ("mandrill_events=%ff", "not_json"),
        ("mandrill_events=", "not_json"),
        ("other_events=%5B%5D", "not_json"),
    ],
)
def test_what_is_no_event_is_quarantined(land: Land, line: Any, reason: str) -> None:
    landed = land(line, CLICK)
    assert landed.quarantined == [reason]
    assert landed.books == (2, 1, 0, 1)


def test_only_a_form_is_decoded() -> None:
    assert ADAPTER.decode is not None
    assert ADAPTER.decode("mandrill_events=%5B%7B%22a%22%3A%22x+y%2Bz%22%7D%5D\n") == '[{"a":"x y+z"}]'
    assert ADAPTER.decode("hello") is None
    assert ADAPTER.decode("mandrill_events=%ff") is None
    assert ADAPTER.decode("mandrill_events=%5B1%5D&mandrill_events=%5B2%5D") is None
    assert ADAPTER.decode("a=1&" * 200 + "mandrill_events=%5B%5D") is None


def test_the_real_payloads_land_as_they_were_understood(land: Land) -> None:
    names = {
        "received": "send",
        "deferred": "deferral",
        "dropped": "reject",
        "unsubscribe": "unsub",
    }
    cases = real_payloads("mailchimp", at_least=11)
    forms = [
        "mandrill_events=" + quote_plus(json.dumps(case["payload"]["mandrill_events"])) for case in cases
    ]
    expected = [event for case in cases for event in case["events"]]
    for lines in ([case["payload"] for case in cases], forms):
        landed = land(*lines)
        assert landed.books == (len(expected), len(expected), 0, 0)
        for row, event in zip(landed.rows, expected, strict=True):
            assert row["event"].removeprefix("hard_").removeprefix("soft_") == names.get(
                event["name"], event["name"]
            )
            assert row["recipient"] == event["expected"]["recipient"]
            assert row["message_id"] == event["id"]
            assert (row["reason"] or "") == (event["expected"].get("reason") or "")
            assert row["occurred_at"] == datetime.fromisoformat(event["expected"]["timestamp"])
