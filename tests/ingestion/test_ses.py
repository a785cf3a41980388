"""SES's envelopes, recipients, clocks and traps, as they land; the vendor's examples included."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ingestion.feeds import Landed, land_lines
from tests.ingestion.samples import sample_lines

Land = Callable[..., Landed]
ARRIVAL = "2026-01-06"
MAIL: dict[str, Any] = {
    "timestamp": "2026-01-05T10:00:00.250Z",
    "messageId": "m-1",
    "destination": ["Ann@Example.com"],
    "tags": {
        "contact_id": ["c1", "c2"],
        "email_id": ["e1"],
        "journey_id": ["j1"],
        "iteration_id": ["i1"],
        "tile_id": ["t1"],
        "ses:configuration-set": ["Set"],
    },
}
CLICK: dict[str, Any] = {
    "eventType": "Click",
    "mail": MAIL,
    "click": {
        "timestamp": "2026-01-05T10:05:00.125Z",
        "ipAddress": "192.0.2.1",
        "userAgent": "Mozilla/5.0",
        "link": "https://a.example/?b=1#c",
    },
}
SEND: dict[str, Any] = {"eventType": "Send", "mail": MAIL, "send": {}}
OPEN: dict[str, Any] = {"eventType": "Open", "mail": MAIL, "open": {"timestamp": "2026-01-05T10:04:00.000Z"}}
TWO = MAIL | {"destination": ["ann@example.com", "bob@example.com"]}


def envelope(message: Any, **given: Any) -> dict[str, Any]:
    """What SNS delivers: the event as JSON in text, a newline at its end."""
    text = message if isinstance(message, str) else json.dumps(message) + "\n"
    return {
        "Type": "Notification",
        "MessageId": "n-1",
        "TopicArn": "arn:aws:sns:eu-west-1:1:events",
        "Message": text,
        "Timestamp": "2026-01-05T10:09:00.000Z",
    } | given


@pytest.fixture
def land(tmp_path) -> Land:
    def run(*lines: Any, arrival: str = ARRIVAL, **options: Any) -> Landed:
        return land_lines(tmp_path, "ses", lines, arrival=arrival, **options)

    return run


def test_every_field_lands_where_it_belongs(land: Land) -> None:
    (row,) = land(CLICK).rows
    assert row["occurred_at"] == datetime(2026, 1, 5, 10, 5, 0, 125000, tzinfo=UTC)
    expected = {
        "recipient": "ann@example.com",
        "message_recipient": "ann@example.com",
        "contact_id": "c1",
        "email_id": "e1",
        "journey_id": "j1",
        "iteration_id": "i1",
        "tile_id": "t1",
        "message_id": "m-1",
        "url": "https://a.example/?b=1#c",
        "ip": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        "event_type": "Click",
        "bounce_type": None,
        "reason": None,
    }
    assert {name: row[name] for name in expected} == expected


def test_firehose_sns_and_sns_raw_land_alike(land: Land) -> None:
    landed = land(CLICK, envelope(CLICK), [envelope(CLICK), CLICK])
    fields = ("occurred_at", "recipient", "message_id", "contact_id", "url", "event_type")
    assert len({tuple(row[field] for field in fields) for row in landed.rows}) == 1
    assert landed.books == (4, 4, 0, 0)


def test_objects_may_touch_without_a_newline(land: Land) -> None:
    landed = land(json.dumps(SEND) + json.dumps(CLICK) + json.dumps(OPEN))
    assert sorted(row["event_type"] for row in landed.rows) == ["Click", "Open", "Send"]
    assert landed.books == (3, 3, 0, 0)


def test_identity_feedback_calls_its_type_otherwise(land: Land) -> None:
    event = {"notificationType": "Delivery", "mail": MAIL, "delivery": {"recipients": ["a@example.com"]}}
    (row,) = land(event).rows
    assert (row["event_type"], row["recipient"]) == ("Delivery", "a@example.com")


@pytest.mark.parametrize(
    ("message", "counted_as"),
    [
        (
            envelope("Successfully validated SNS topic for Amazon SES event publishing."),
            "SNS topic validation",
        ),
        (envelope("You have chosen to …", Type="SubscriptionConfirmation"), "SubscriptionConfirmation"),
        (envelope("You have chosen to …", Type="UnsubscribeConfirmation"), "UnsubscribeConfirmation"),
        (
            envelope({"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "…"}),
            "AmazonSnsSubscriptionSucceeded",
        ),
    ],
)
def test_handshakes_are_ignored_by_name(land: Land, message: dict[str, Any], counted_as: str) -> None:
    landed = land(message, envelope(CLICK))
    assert landed.ignored == {counted_as: 1}
    assert landed.books == (2, 1, 1, 0)


@pytest.mark.parametrize(
    ("event", "field", "listed"),
    [
        (
            "Bounce",
            "bounce",
            {"bouncedRecipients": [{"emailAddress": "b@x.com"}, {"emailAddress": "c@x.com"}]},
        ),
        (
            "Complaint",
            "complaint",
            {"complainedRecipients": [{"emailAddress": "b@x.com"}, {"emailAddress": "c@x.com"}]},
        ),
        ("Delivery", "delivery", {"recipients": ["b@x.com", "c@x.com"]}),
        (
            "DeliveryDelay",
            "deliveryDelay",
            {"delayedRecipients": [{"emailAddress": "b@x.com"}, {"emailAddress": "c@x.com"}]},
        ),
    ],
)
def test_one_row_for_each_recipient_that_the_event_lists(
    land: Land, event: str, field: str, listed: dict[str, Any]
) -> None:
    body = listed | {"timestamp": "2026-01-05T10:01:00.000Z"}
    landed = land({"eventType": event, "mail": TWO, field: body})
    assert [(row["row_index"], row["recipient"]) for row in landed.rows] == [(0, "b@x.com"), (1, "c@x.com")]
    assert landed.books == (1, 1, 0, 0)


@pytest.mark.parametrize("event", ["Send", "Reject", "Rendering Failure"])
def test_without_a_list_of_its_own_one_row_for_each_destination(land: Land, event: str) -> None:
    rows = land({"eventType": event, "mail": TWO}).rows
    assert [row["recipient"] for row in rows] == TWO["destination"]


@pytest.mark.parametrize(
    ("event", "field"), [("Open", "open"), ("Click", "click"), ("Subscription", "subscription")]
)
def test_nobody_can_say_which_of_several_destinations_it_was(land: Land, event: str, field: str) -> None:
    body = {"timestamp": "2026-01-05T10:01:00.000Z"}
    (row,) = land({"eventType": event, "mail": TWO, field: body}).rows
    assert (row["recipient"], row["message_recipient"]) == (None, "ann@example.com")


def test_the_times_in_order(land: Land) -> None:
    timeless = {name: value for name, value in MAIL.items() if name != "timestamp"}
    rows = land(
        CLICK, SEND, envelope(SEND), envelope({"eventType": "Send", "mail": timeless}), envelope(CLICK)
    ).rows
    assert [(row["occurred_at"].minute, row["occurred_at"].microsecond) for row in rows] == [
        (5, 125000),
        (0, 250000),
        (0, 250000),
        (9, 0),
        (5, 125000),
    ]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (
            {
                "eventType": "Bounce",
                "bounce": {"bouncedRecipients": [{"emailAddress": "a@x.com", "diagnosticCode": "smtp; 550"}]},
            },
            "smtp; 550",
        ),
        ({"eventType": "Reject", "reject": {"reason": "Bad content"}}, "Bad content"),
        ({"eventType": "Rendering Failure", "failure": {"errorMessage": "no name"}}, "no name"),
        ({"eventType": "Complaint", "complaint": {"complaintFeedbackType": "abuse"}}, "abuse"),
        ({"eventType": "DeliveryDelay", "deliveryDelay": {"delayType": "MailboxFull"}}, "MailboxFull"),
    ],
)
def test_the_reason(land: Land, event: dict[str, Any], reason: str) -> None:
    (row,) = land(event | {"mail": MAIL}).rows
    assert row["reason"] == reason


def test_not_spam_is_the_opposite_of_a_complaint(land: Land) -> None:
    complaint = {"complainedRecipients": [{"emailAddress": "a@x.com"}], "complaintFeedbackType": "not-spam"}
    event = {"eventType": "Complaint", "mail": MAIL, "complaint": complaint}
    never_sent = event | {"complaint": complaint | {"complaintSubType": "OnAccountSuppressionList"}}
    landed = land(event, never_sent)
    assert (landed.ignored, landed.reasons) == ({"Complaint": 1}, {"Complaint": "not_spam"})
    assert [row["complaint_sub_type"] for row in landed.rows] == ["OnAccountSuppressionList"]


def test_a_subscription_event_says_whether_all_is_left(land: Land) -> None:
    leaving = {"newTopicPreferences": {"unsubscribeAll": True}}
    choosing = {"newTopicPreferences": {"unsubscribeAll": False}}
    event = {"eventType": "Subscription", "mail": MAIL}
    rows = land(event | {"subscription": leaving}, event | {"subscription": choosing}).rows
    assert [row["unsubscribe_all"] for row in rows] == [True, False]


def test_ids_can_have_other_names(land: Land) -> None:
    mail = MAIL | {"tags": {"crm-contact": ["c9"], 'od"d': ["j9"], "tile_id": "t9"}}
    (row,) = land(SEND | {"mail": mail}, ids={"contact_id": "crm-contact", "journey_id": 'od"d'}).rows
    assert (row["contact_id"], row["journey_id"], row["tile_id"], row["email_id"]) == ("c9", "j9", "t9", None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (SEND | {"mail": MAIL | {"destination": []}}, "missing_field"),
        (SEND | {"mail": MAIL | {"destination": [" ", None]}}, "missing_field"),
        (SEND | {"mail": "m-1"}, "missing_field"),
        ({"mail": MAIL}, "missing_field"),
        (SEND | {"mail": {"messageId": "m-1", "destination": ["a@x.com"]}}, "missing_field"),
        (SEND | {"mail": MAIL | {"timestamp": "yesterday"}}, "bad_timestamp"),
        (SEND | {"mail": MAIL | {"timestamp": "2027-01-05T10:00:00Z"}}, "out_of_range"),
        (envelope('{"eventType": "Se'), "wrong_shape"),
        (envelope("[1]"), "wrong_shape"),
        (envelope({"hello": "world"}), "missing_field"),
    ],
)
def test_a_broken_event_is_quarantined(land: Land, line: dict[str, Any], reason: str) -> None:
    landed = land(line, SEND)
    assert landed.quarantined == [reason]
    assert landed.books == (2, 1, 0, 1)


@pytest.mark.parametrize("name", ["ses_firehose_examples", "ses_sns_examples"])
@pytest.mark.parametrize("wrap", [str, envelope], ids=["bare", "in an envelope"])
def test_the_vendors_event_examples_land(land: Land, name: str, wrap: Callable[[str], Any]) -> None:
    landed = land(*(wrap(line) for line in sample_lines(name)))
    assert landed.books == (10, 10, 0, 0)
    assert [row["event_type"] for row in landed.rows] == [
        "Bounce",
        "Complaint",
        "Delivery",
        "Send",
        "Reject",
        "Open",
        "Click",
        "Rendering Failure",
        "DeliveryDelay",
        "Subscription",
    ]
    assert all(row["recipient"] and row["message_id"].startswith("EXAMPLE") for row in landed.rows)


def test_the_vendors_notification_examples_land(land: Land) -> None:
    landed = land(*sample_lines("ses_sns_notification_examples"))
    # Five records; one bounce is of two of its message's three recipients.
    assert landed.books == (5, 5, 0, 0)
    assert [(row["event_type"], row["recipient"]) for row in landed.rows] == [
        ("Bounce", "jane@example.com"),
        ("Bounce", "jane@example.com"),
        ("Bounce", "richard@example.com"),
        ("Complaint", "richard@example.com"),
        ("Complaint", "richard@example.com"),
        ("Delivery", "jane@example.com"),
    ]
