"""Postmark's records, clocks and traps, as they land; real payloads included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ingestion.feeds import Landed, land_lines, real_payloads

Land = Callable[..., Landed]
ARRIVAL = "2022-09-03"
CLICK: dict[str, Any] = {
    "RecordType": "Click",
    "MessageID": "00000000-0000-0000-0000-000000000001",
    "Recipient": "Ann@Example.com",
    "ReceivedAt": "2022-09-02T14:31:09.1234567Z",
    "OriginalLink": "https://a.example/?b=1#c",
    "ClickLocation": "HTML",
    "UserAgent": "Mozilla/5.0",
    "Geo": {
        "CountryISOCode": "RS",
        "Country": "Serbia",
        "Region": "Autonomna Pokrajina Vojvodina",
        "City": "Novi Sad",
        "Coords": "45.2517,19.8369",
        "IP": "188.2.95.4",
    },
    "Metadata": {
        "contact_id": "c1",
        "email_id": "e1",
        "journey_id": "j1",
        "iteration_id": "i1",
        "tile_id": "t1",
    },
}
BOUNCE: dict[str, Any] = {
    "RecordType": "Bounce",
    "ID": 42,
    "Type": "HardBounce",
    "TypeCode": 1,
    "MessageID": "00000000-0000-0000-0000-000000000001",
    "Email": "ann@example.com",
    "BouncedAt": "2022-09-02T14:29:19Z",
    "Description": "The server was unable to deliver your message.",
    "Details": "550 no such user",
}


@pytest.fixture
def land(tmp_path) -> Land:
    def run(*lines: Any, arrival: str = ARRIVAL, **options: Any) -> Landed:
        return land_lines(tmp_path, "postmark", lines, arrival=arrival, **options)

    return run


def test_every_field_lands_where_it_belongs(land: Land) -> None:
    (row,) = land(CLICK).rows
    assert row["occurred_at"] == datetime(2022, 9, 2, 14, 31, 9, 123456, tzinfo=UTC)
    expected = {
        "time_remainder": "7",
        "recipient": "ann@example.com",
        "contact_id": "c1",
        "email_id": "e1",
        "journey_id": "j1",
        "iteration_id": "i1",
        "tile_id": "t1",
        "message_id": "00000000-0000-0000-0000-000000000001",
        "url": "https://a.example/?b=1#c",
        "ip": "188.2.95.4",
        "user_agent": "Mozilla/5.0",
        "country": "RS",
        "region": "Autonomna Pokrajina Vojvodina",
        "city": "Novi Sad",
        "latitude": 45.2517,
        "longitude": 19.8369,
        "record_type": "Click",
        "bounce_type": None,
        "reason": None,
        "link_name": None,
    }
    assert {name: row[name] for name in expected} == expected


def test_a_bounce_says_why(land: Land) -> None:
    (row,) = land(BOUNCE).rows
    expected = {
        "recipient": "ann@example.com",
        "event_id": "42",
        "bounce_type": "HardBounce",
        "reason": "The server was unable to deliver your message.",
    }
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "second", "microsecond", "remainder"),
    [
        ("2022-09-02T14:29:19Z", 19, 0, None),
        ("2022-09-02T14:29:19.5Z", 19, 500000, None),
        ("2022-09-02T14:29:19.1234560Z", 19, 123456, None),
        ("2022-09-02T14:29:19.9999999Z", 19, 999999, "9"),
        ("2022-09-02T10:29:19.1234567-04:00", 19, 123456, "7"),
        ("2022-09-02T14:29:19", 19, 0, None),
    ],
)
def test_the_clock_is_cut_never_rounded(
    land: Land, text: str, second: int, microsecond: int, remainder: str | None
) -> None:
    (row,) = land(CLICK | {"ReceivedAt": text}).rows
    assert row["occurred_at"] == datetime(2022, 9, 2, 14, 29, second, microsecond, tzinfo=UTC)
    assert row["time_remainder"] == remainder


@pytest.mark.parametrize(
    ("record_type", "field"),
    [
        ("Delivery", "DeliveredAt"),
        ("Bounce", "BouncedAt"),
        ("SpamComplaint", "BouncedAt"),
        ("Open", "ReceivedAt"),
        ("Click", "ReceivedAt"),
        ("SubscriptionChange", "ChangedAt"),
    ],
)
def test_each_kind_of_record_has_a_clock(land: Land, record_type: str, field: str) -> None:
    event = {"RecordType": record_type, "Recipient": "a@example.com", field: "2022-09-02T14:29:19Z"}
    (row,) = land(event).rows
    assert (row["record_type"], row["occurred_at"].hour) == (record_type, 14)


@pytest.mark.parametrize(
    "bounce_type",
    ["AutoResponder", "AddressChange", "OpenRelayTest", "ChallengeVerification", "InboundError"],
)
def test_automatic_answers_are_no_bounces(land: Land, bounce_type: str) -> None:
    landed = land(BOUNCE | {"Type": bounce_type}, BOUNCE)
    assert (landed.ignored, landed.reasons) == ({"Bounce": 1}, {"Bounce": bounce_type})
    assert landed.books == (2, 1, 1, 0)


ZEROS = "00000000-0000-0000-0000-000000000000"


def test_the_test_button_posts_the_zero_id(land: Land) -> None:
    complaint = BOUNCE | {"RecordType": "SpamComplaint"}
    tests = [event | {"MessageID": ZEROS} for event in (BOUNCE, complaint, CLICK)]
    landed = land(*tests, BOUNCE | {"MessageID": None}, BOUNCE)
    assert landed.reasons == {"Bounce": "test", "SpamComplaint": "test", "Click": "test"}
    assert [row["message_id"] for row in landed.rows] == [None, BOUNCE["MessageID"]]


@pytest.mark.parametrize("zero", [ZEROS, "{" + ZEROS + "}", ZEROS.replace("-", ""), None, ""])
def test_a_suppression_with_the_zero_id_concerns_no_message(land: Land, zero: str | None) -> None:
    change = {
        "RecordType": "SubscriptionChange",
        "MessageID": zero,
        "Recipient": "a@example.com",
        "ChangedAt": "2022-09-02T14:32:30Z",
        "Origin": "Customer",
    }
    (row,) = land(change).rows
    assert (row["message_id"], row["origin"]) == (None, "Customer")


def test_records_that_are_not_modelled_are_ignored_by_type(land: Land) -> None:
    assert land({"RecordType": "Inbound", "From": "a@example.com"}, CLICK).ignored == {"Inbound": 1}


def test_a_suppression_says_whose_it_was(land: Land) -> None:
    event = {
        "RecordType": "SubscriptionChange",
        "MessageID": "m",
        "Recipient": "a@example.com",
        "ChangedAt": "2022-09-02T14:32:30Z",
        "SuppressSending": True,
        "SuppressionReason": "ManualSuppression",
    }
    rows = land(event, event | {"SuppressSending": False, "SuppressionReason": None}).rows
    assert [(row["suppress_sending"], row["suppression_reason"]) for row in rows] == [
        (True, "ManualSuppression"),
        (False, None),
    ]


@pytest.mark.parametrize("geo", [None, {}, {"Coords": ""}, {"Coords": "somewhere"}, "nowhere"])
def test_a_place_may_be_missing(land: Land, geo: Any) -> None:
    (row,) = land(CLICK | {"Geo": geo}).rows
    assert (row["country"], row["ip"], row["latitude"], row["longitude"]) == (None, None, None, None)


def test_ids_can_have_other_names(land: Land) -> None:
    metadata = {"crm id": 9, 'a"b': "j9", "email_id": "e9"}
    (row,) = land(CLICK | {"Metadata": metadata}, ids={"contact_id": "crm id", "journey_id": 'a"b'}).rows
    assert (row["contact_id"], row["journey_id"], row["email_id"], row["tile_id"]) == ("9", "j9", "e9", None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (CLICK | {"Recipient": ""}, "missing_field"),
        (CLICK | {"RecordType": None}, "missing_field"),
        (CLICK | {"ReceivedAt": None}, "missing_field"),
        (CLICK | {"ReceivedAt": "yesterday"}, "bad_timestamp"),
        (CLICK | {"ReceivedAt": "2022-10-02T14:31:09Z"}, "out_of_range"),
    ],
)
def test_a_broken_record_is_quarantined(land: Land, line: dict[str, Any], reason: str) -> None:
    landed = land(line, CLICK)
    assert landed.quarantined == [reason]
    assert landed.books == (2, 1, 0, 1)


def test_the_real_payloads_land_as_they_were_understood(land: Land) -> None:
    names = {
        "delivered": "Delivery",
        "bounce": "Bounce",
        "click": "Click",
        "open": "Open",
        "spam": "SpamComplaint",
        "unsubscribe": "SubscriptionChange",
    }
    cases = real_payloads("postmark", at_least=6)
    # All were made with the test button.
    tests = land(*(case["payload"] for case in cases))
    assert (sum(tests.ignored.values()), set(tests.reasons.values())) == (len(cases) - 1, {"test"})
    payloads = [case["payload"] | {"MessageID": f"m{number}"} for number, case in enumerate(cases)]
    landed = land(*payloads)
    expected = [event for case in cases for event in case["events"]]
    assert landed.books == (len(expected), len(expected), 0, 0)
    for number, (row, event) in enumerate(zip(landed.rows, expected, strict=True)):
        assert row["record_type"] == names[event["name"]]
        assert row["message_id"] == f"m{number}"
        assert row["recipient"] == event["expected"]["recipient"]
        assert (row["reason"] or "") == event["expected"].get("reason", row["reason"] or "")
        assert row["occurred_at"] == datetime.fromisoformat(event["expected"]["timestamp"])
