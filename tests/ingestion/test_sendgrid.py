"""SendGrid's fields and traps, as they land."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ingestion.feeds import land_lines, real_payloads

ARRIVAL = "2024-03-01"
OPENED: dict[str, Any] = {
    "event": "open",
    "email": "Ann@Example.com",
    "timestamp": 1_709_200_000,
    "sg_event_id": "ev1",
    "sg_message_id": "m1.filterdrecv-p3mdw1-9.0",
    "smtp-id": "<m1@ismtpd>",
    "sg_machine_open": True,
    "useragent": "Mozilla/5.0",
    "ip": "192.0.2.1",
    "category": ["a", "b"],
    "contact_id": "c1",
    "email_id": 7,
    "journey_id": "",
}


def test_every_field_lands_where_it_belongs(tmp_path: Any) -> None:
    (row,) = land_lines(tmp_path, "sendgrid", [OPENED], arrival=ARRIVAL).rows
    expected = {
        "feed": "sendgrid",
        "occurred_at": datetime(2024, 2, 29, 9, 46, 40, tzinfo=UTC),
        "recipient": "ann@example.com",
        "message_id": "m1",
        "sg_message_id": "m1.filterdrecv-p3mdw1-9.0",
        "smtp_id": "<m1@ismtpd>",
        "sg_machine_open": True,
        "user_agent": "Mozilla/5.0",
        "ip": "192.0.2.1",
        "contact_id": "c1",
        "email_id": "7",
        "journey_id": None,
        "tile_id": None,
        "country": None,
    }
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("changes", "message_id"),
    [
        ({}, "m1"),
        ({"sg_message_id": None}, "m2"),
        ({"sg_message_id": ""}, "m2"),
        ({"sg_message_id": None, "smtp-id": "m3@ismtpd0006p1sjc2.sendgrid.net"}, "m3"),
        ({"sg_message_id": None, "smtp-id": None, "smtp_id": "<m4@geopod-ismtpd-5-0>"}, "m4"),
        ({"sg_message_id": None, "smtp-id": "<m5@mail.shop.example>"}, None),
        ({"sg_message_id": None, "smtp-id": None}, None),
    ],
)
def test_an_asynchronous_bounce_has_the_message_of_its_smtp_id(
    tmp_path: Any, changes: dict[str, Any], message_id: str | None
) -> None:
    bounce = OPENED | {"event": "bounce", "type": "bounce", "smtp-id": "<m2@ismtpd>"} | changes
    (row,) = land_lines(tmp_path, "sendgrid", [bounce], arrival=ARRIVAL).rows
    assert (row["message_id"], row["bounce_type"]) == (message_id, "bounce")


@pytest.mark.parametrize(
    ("sg_message_id", "message_id"),
    [
        ("wrfRRvF7Q0GgwUo2CvDmEA.filter0199p1las1.4745.5717FB6F5.0", "wrfRRvF7Q0GgwUo2CvDmEA"),
        ("wrfRRvF7Q0GgwUo2CvDmEA.recvd-canary-7b4d6f46b6-4knpl-1-63-0", "wrfRRvF7Q0GgwUo2CvDmEA"),
        ("14d1f0a37be.e21.7b03aa.filter0001.16648.5515E0B88.0", "14d1f0a37be.e21.7b03aa"),
        ("14d1f0a37be.e21.7b03aa", "14d1f0a37be.e21.7b03aa"),
        ("m1", "m1"),
        # The name of a host, and no id: the Message-ID tells it.
        ("filter0199p1las1.4745.5717FB6F5.0", "of-smtp-id"),
        ("filterdrecv-p3mdw1-9.0", "of-smtp-id"),
    ],
)
def test_a_message_id_ends_where_the_hosts_begin(tmp_path: Any, sg_message_id: str, message_id: str) -> None:
    event = OPENED | {"sg_message_id": sg_message_id, "smtp-id": "<of-smtp-id@ismtpd-555>"}
    (row,) = land_lines(tmp_path, "sendgrid", [event], arrival=ARRIVAL).rows
    assert row["message_id"] == message_id


def test_a_message_id_of_another_sender_is_kept_whole(tmp_path: Any) -> None:
    own = OPENED | {"smtp-id": "<m1@mail.shop.example>"}
    bounce = own | {"event": "bounce", "sg_message_id": None, "sg_event_id": "ev2"}
    rows = land_lines(tmp_path, "sendgrid", [own, bounce, OPENED], arrival=ARRIVAL).rows
    assert [(row["message_id"], row["header_message_id"], row["is_asynchronous"]) for row in rows] == [
        ("m1", "m1@mail.shop.example", False),
        (None, "m1@mail.shop.example", True),
        ("m1", None, False),
    ]


def test_the_test_button_is_known_by_its_ids(tmp_path: Any) -> None:
    constants = {
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
    }
    events = [
        OPENED | constants,
        OPENED | constants | {"event": "bounce", "sg_message_id": None},
        OPENED | constants | {"smtp-id": None},
        OPENED | {"email": "example@test.com"},
    ]
    landed = land_lines(tmp_path, "sendgrid", events, arrival=ARRIVAL)
    assert (landed.ignored, len(landed.rows)) == ({"open": 2, "bounce": 1}, 1)
    assert set(landed.reasons.values()) == {"test"}


@pytest.mark.parametrize("timestamp", [1_709_200_000, "1709200000", 1_709_200_000.0])
def test_a_time_is_a_time_in_any_clothes(tmp_path: Any, timestamp: object) -> None:
    (row,) = land_lines(tmp_path, "sendgrid", [OPENED | {"timestamp": timestamp}], arrival=ARRIVAL).rows
    assert row["occurred_at"] == datetime(2024, 2, 29, 9, 46, 40, tzinfo=UTC)


def test_ids_can_have_other_names(tmp_path: Any) -> None:
    given = OPENED | {"my contact": "c9"}
    (row,) = land_lines(tmp_path, "sendgrid", [given], arrival=ARRIVAL, ids={"contact_id": "my contact"}).rows
    assert row["contact_id"] == "c9"


def test_account_changes_are_ignored(tmp_path: Any) -> None:
    landed = land_lines(tmp_path, "sendgrid", [OPENED | {"event": "account_status_change"}], arrival=ARRIVAL)
    assert (landed.rows, landed.ignored) == ([], {"account_status_change": 1})


def test_real_payloads_land(tmp_path: Any) -> None:
    cases = real_payloads("sendgrid", at_least=2)
    landed = land_lines(tmp_path, "sendgrid", [case["raw_body"] for case in cases], arrival=ARRIVAL)
    events = [one for case in cases for one in case["events"]]
    assert [row["event"] for row in landed.rows] == [one["name"] for one in events]
    assert [row["sg_message_id"] for row in landed.rows] == [one["id"] for one in events]
    assert landed.books == (len(events), len(events), 0, 0)
