"""SparkPost's shapes, wrappers, clocks and traps, as they land."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ingestion.feeds import Landed, land_lines

Land = Callable[..., Landed]
ARRIVAL = "2016-02-03"
CLICK: dict[str, Any] = {
    "type": "click",
    "event_id": "92356927693813856",
    "timestamp": "1454442600",
    "message_id": "000443ee14578172be22",
    "transmission_id": "65832150921904138",
    "rcpt_to": "Recipient@Example.com",
    "raw_rcpt_to": "raw@example.com",
    "rcpt_meta": {"contact_id": "c1", "email_id": 7, "journey_id": "j1", "tile_id": "t1"},
    "target_link_url": "https://shop.example/?a=1&b=%20",
    "target_link_name": "Offer",
    "ip_address": "192.0.2.1",
    "user_agent": "Mozilla/5.0",
    "user_agent_parsed": {"is_prefetched": False, "is_proxy": True},
    "geo_ip": {
        "country": "US",
        "region": "MD",
        "city": "Columbia",
        "latitude": 39.1749,
        "longitude": -76.8375,
    },
}


def wrapped(event: dict[str, Any], event_class: str = "track_event") -> dict[str, Any]:
    return {"msys": {event_class: event}}


@pytest.fixture
def land(tmp_path) -> Land:
    def run(*lines: Any, **options: Any) -> Landed:
        return land_lines(tmp_path, "sparkpost", lines, arrival=ARRIVAL, **options)

    return run


def test_every_field_lands_where_it_belongs(land: Land) -> None:
    (row,) = land([wrapped(CLICK)]).rows
    assert row["occurred_at"] == datetime(2016, 2, 2, 19, 50, tzinfo=UTC)
    expected = {
        "recipient": "recipient@example.com",
        "contact_id": "c1",
        "email_id": "7",
        "journey_id": "j1",
        "iteration_id": None,
        "tile_id": "t1",
        "message_id": "000443ee14578172be22",
        "url": "https://shop.example/?a=1&b=%20",
        "ip": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        "country": "US",
        "region": "MD",
        "city": "Columbia",
        "latitude": 39.1749,
        "longitude": -76.8375,
        "event_class": "track_event",
        "event": "click",
        "event_id": "92356927693813856",
        "bounce_class": None,
        "is_prefetched": False,
        "is_proxy": True,
        "link_name": "Offer",
    }
    assert {name: row[name] for name in expected} == expected


def test_wrapped_and_bare_events_land_alike(land: Land) -> None:
    landed = land([wrapped(CLICK), CLICK], wrapped(CLICK), CLICK, {"results": [CLICK], "total_count": 1})
    assert [(row["line_number"], row["item_index"]) for row in landed.rows] == [
        (1, 0),
        (1, 1),
        (2, 0),
        (3, 0),
        (4, 0),
    ]
    assert [row["event_class"] for row in landed.rows] == ["track_event", None, "track_event", None, None]
    assert {row["event_id"] for row in landed.rows} == {CLICK["event_id"]}


def test_several_classes_in_one_wrapper_are_several_records(land: Land) -> None:
    delivery = CLICK | {"type": "delivery"}
    landed = land([{"msys": {"track_event": CLICK, "message_event": delivery}}])
    assert {(row["event_class"], row["event"]) for row in landed.rows} == {
        ("track_event", "click"),
        ("message_event", "delivery"),
    }
    assert landed.books == (2, 2, 0, 0)


def test_a_ping_is_ignored_and_counted(land: Land) -> None:
    landed = land([{"msys": {}}], {"msys": {}})
    assert landed.rows == []
    assert landed.ignored == {"ping": 2}


@pytest.mark.parametrize("event_type", ["relay_delivery", "ab_test_completed", "sms_status", "success"])
def test_events_that_are_not_modelled_are_ignored_by_type(land: Land, event_type: str) -> None:
    landed = land([wrapped({"type": event_type, "timestamp": "1454442600"}, "relay_event")])
    assert landed.ignored == {event_type: 1}
    assert landed.books == (1, 0, 1, 0)


@pytest.mark.parametrize("event_type", ["bounce", "out_of_band"])
def test_an_auto_reply_is_no_bounce(land: Land, event_type: str) -> None:
    reply = CLICK | {"type": event_type, "bounce_class": "60"}
    landed = land([wrapped(reply, "message_event"), wrapped(reply | {"bounce_class": 10}, "message_event")])
    assert (landed.ignored, landed.reasons) == ({event_type: 1}, {event_type: "auto_reply"})
    assert [row["bounce_class"] for row in landed.rows] == [10]


@pytest.mark.parametrize(
    ("given", "recipient"),
    [
        ({"rcpt_to": None}, "raw@example.com"),
        ({"rcpt_to": ""}, "raw@example.com"),
        ({}, "recipient@example.com"),
    ],
)
def test_the_raw_recipient_stands_in(land: Land, given: dict[str, Any], recipient: str) -> None:
    (row,) = land(CLICK | given).rows
    assert row["recipient"] == recipient


@pytest.mark.parametrize(
    "given",
    [
        {"timestamp": "1454442600"},
        {"timestamp": 1454442600},
        {"timestamp": "2016-02-02T19:50:00.000Z"},
        {"timestamp": "2016-02-02T20:50:00.000+01:00"},
        {"timestamp": None, "injection_time": "2016-02-02T19:50:00.000Z"},
    ],
)
def test_times_of_webhooks_and_of_the_events_api(land: Land, given: dict[str, Any]) -> None:
    (row,) = land(CLICK | given).rows
    assert row["occurred_at"] == datetime(2016, 2, 2, 19, 50, tzinfo=UTC)


def test_event_ids_are_text_to_the_last_digit(land: Land) -> None:
    uuid = "0f4a6d6e-2f52-4b2c-8a43-2c0d2f0c1a11"
    rows = land(CLICK | {"event_id": 92356927693813857}, CLICK | {"event_id": uuid}).rows
    assert [row["event_id"] for row in rows] == ["92356927693813857", uuid]


def test_an_event_before_its_message_has_the_transmission(land: Land) -> None:
    (row,) = land(CLICK | {"type": "generation_failure", "message_id": None}).rows
    assert row["message_id"] == "65832150921904138"


def test_ids_can_have_other_names(land: Land) -> None:
    event = CLICK | {"rcpt_meta": {"crm.id": "c9", 'the "mail"': "e9", "it's": "j9"}}
    ids = {"contact_id": "crm.id", "email_id": 'the "mail"', "journey_id": "it's"}
    (row,) = land([wrapped(event)], ids=ids).rows
    assert (row["contact_id"], row["email_id"], row["journey_id"], row["tile_id"]) == ("c9", "e9", "j9", None)


@pytest.mark.parametrize(
    "given", [{"rcpt_meta": None}, {"rcpt_meta": []}, {"rcpt_meta": "x"}, {"geo_ip": "x"}]
)
def test_metadata_of_another_shape_is_no_metadata(land: Land, given: dict[str, Any]) -> None:
    (row,) = land(CLICK | given).rows
    assert (row["contact_id"] is None) == ("rcpt_meta" in given)
    assert (row["country"] is None) == ("geo_ip" in given)


def test_values_of_the_wrong_kind_become_null_and_are_counted(land: Land) -> None:
    landed = land(CLICK | {"bounce_class": "hard", "geo_ip": {"latitude": "north", "country": "US"}})
    (row,) = landed.rows
    assert (row["bounce_class"], row["latitude"], row["country"]) == (None, None, "US")
    assert landed.nulled == {"bounce_class": 1, "latitude": 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ([5], "wrong_shape"),
        ([{"msys": {"track_event": "click"}}], "wrong_shape"),
        ([{"msys": {"track_event": None}}], "wrong_shape"),
        ([{"msys": "click"}], "missing_field"),
        ([{"msys": {"track_event": {}}}], "missing_field"),
        ([wrapped({"type": "click", "timestamp": "1454442600"})], "missing_field"),
        ([wrapped({"type": "click", "rcpt_to": "a@b.example"})], "missing_field"),
        ([wrapped(CLICK | {"timestamp": "yesterday"})], "bad_timestamp"),
        ([wrapped(CLICK | {"timestamp": "12"})], "out_of_range"),
        ('[{"msys":', "not_json"),
    ],
)
def test_what_is_no_event_is_quarantined(land: Land, line: Any, reason: str) -> None:
    landed = land(line if isinstance(line, str) else json.dumps(line), wrapped(CLICK))
    assert landed.quarantined == [reason]
    assert len(landed.rows) == 1
    assert landed.books == (2, 1, 0, 1)
