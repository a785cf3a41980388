"""Events in the envelopes of clouds and APIs are records of their own; what is no event is refused by name."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.ingestion.zone import Zone

DAY = "2026-11-01"
SES = {
    "eventType": "Delivery",
    "mail": {"timestamp": "2026-10-31T08:00:00.000Z", "messageId": "m1", "destination": ["a@one.test"]},
    "delivery": {"timestamp": "2026-10-31T08:00:01.000Z", "recipients": ["a@one.test"]},
}
SENDGRID = {"event": "delivered", "email": "a@one.test", "timestamp": 1793433600, "sg_message_id": "m1.x"}


def sns(event: Any) -> dict[str, Any]:
    return {"Type": "Notification", "Message": json.dumps(event), "Timestamp": "2026-10-31T09:00:00.000Z"}


#: Adapter, envelope around two events (one where the envelope has but one), and how many.
ENVELOPES: dict[str, tuple[str, Any, int]] = {
    "EventBridge": ("ses", {"detail-type": "Email Delivered", "source": "aws.ses", "detail": SES}, 1),
    "SNS in Lambda": ("ses", {"Records": [{"EventSource": "aws:sns", "Sns": sns(SES)}] * 2}, 2),
    "SNS in SQS": ("ses", {"Messages": [{"MessageId": "1", "Body": json.dumps(sns(SES))}] * 2}, 2),
    "SQS in Lambda": ("ses", {"Records": [{"messageId": "1", "body": json.dumps(SES)}] * 2}, 2),
    "EventBridge in SQS": (
        "ses",
        {"Records": [{"body": json.dumps({"detail-type": "x", "source": "aws.ses", "detail": SES})}]},
        1,
    ),
    "API Gateway": (
        "sendgrid",
        {"httpMethod": "POST", "headers": {}, "body": json.dumps([SENDGRID, SENDGRID | {"event": "open"}])},
        2,
    ),
    "API Gateway, in base64": (
        "sendgrid",
        {
            "requestContext": {},
            "isBase64Encoded": True,
            "body": base64.b64encode(json.dumps([SENDGRID]).encode()).decode(),
        },
        1,
    ),
    "CloudWatch": (
        "sendgrid",
        {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": json.dumps(SENDGRID)}] * 2},
        2,
    ),
    "JSON in a JSON text": ("sendgrid", json.dumps([SENDGRID, SENDGRID]), 2),
    "Mailgun's Logs API": (
        "mailgun",
        {"items": [{"event": "delivered", "recipient": "a@one.test", "@timestamp": "2026-10-31T08:00:00Z"}]},
        1,
    ),
    "Postmark's Bounces API": (
        "postmark",
        {
            "TotalCount": 2,
            "Bounces": [
                {"ID": 1, "Type": kind, "Email": "a@one.test", "BouncedAt": "2026-10-31T08:00:00Z"}
                for kind in ("HardBounce", "SpamComplaint")
            ],
        },
        2,
    ),
    "Brevo's events report": (
        "brevo",
        {
            "events": [
                {
                    "event": kind,
                    "email": "a@one.test",
                    "date": "2026-10-31T09:00:00.000+01:00",
                    "messageId": "<m>",
                }
                for kind in ("requests", "delivered", "hardBounces")
            ]
        },
        3,
    ),
}


def test_each_event_in_an_envelope_is_a_record(zone: Zone) -> None:
    expected: dict[str, list[tuple[int, int, str, bool]]] = {}
    for name, (adapter, envelope, count) in ENVELOPES.items():
        plain = {"ses": SES, "sendgrid": SENDGRID}.get(adapter)
        lines = [json.dumps(envelope)] + ([json.dumps(plain)] if plain else [])
        zone.put("\n".join(lines), name, day=DAY, feed=adapter)
        found = expected.setdefault(adapter, [])
        found += [(1, index, "a@one.test", False) for index in range(count)]
        found += [(2, 0, "a@one.test", False)] if plain else []
    zone.land()
    assert zone.quarantine() == []
    columns = "line_number, item_index, recipient, occurred_at is null"
    assert {adapter: sorted(zone.rows(columns, feed=adapter)) for adapter in expected} == {
        adapter: sorted(rows) for adapter, rows in expected.items()
    }


def test_the_envelope_tells_the_time_where_nothing_else_does(zone: Zone) -> None:
    mail = {key: value for key, value in SES["mail"].items() if key != "timestamp"}  # type: ignore[attr-defined]
    event = {"eventType": "Send", "mail": mail}
    zone.put(
        json.dumps(
            {"detail-type": "x", "source": "aws.ses", "time": "2026-10-31T07:00:00Z", "detail": event}
        ),
        day=DAY,
        feed="ses",
    )
    zone.land()
    assert [at.isoformat() for (at,) in zone.rows("occurred_at")] == ["2026-10-31T07:00:00+00:00"]


LEGACY = {
    "event": "bounced", "recipient": "a@one.test", "timestamp": "1793433606", "code": "550",
    "error": "no such user", "Message-Id": "<m1@x>", "email_id": "E1",
}  # fmt: skip


def test_mailgun_webhooks_of_before_2018_are_read_with_their_ids(zone: Zone) -> None:
    zone.put(json.dumps(LEGACY) + "\n" + urlencode(LEGACY), day=DAY, feed="mailgun")
    zone.land()
    row = ("bounced", "m1@x", "E1", 550, "no such user")
    assert zone.rows("event, message_id, email_id, code, description") == [row, row]


#: Content of a file, and what its message calls it.
FOREIGN = [
    (b"processed,message_id,event,email\n2026-10-31,m1,open,a@one.test\n", "CSV"),
    (b'"Date";"E-mail";"Event"\n"1";"2";"3"\n', "CSV"),
    (b"date\tip\tevent\n1\t2\t3\n", "CSV"),
    (b"PAR1\x15\x04\x15\x00", "Parquet"),
    (b"Obj\x01\x04\x14avro.codec\x00", "Avro"),
    (b"ORC\x08\x03\x10\x00", "ORC"),
    (b"\xff\x06\x00\x00sNaPpY\x01", "Snappy"),
    (b"<html><body>502 Bad Gateway</body></html>", "HTML"),
]


@pytest.mark.parametrize("adapter", ["sendgrid", "brevo"])
def test_a_file_of_another_kind_is_one_unreadable_file(zone: Zone, adapter: str) -> None:
    for number, (content, _) in enumerate(FOREIGN):
        zone.put(content * 3, f"{number}.json", day=DAY, feed=adapter)
    zone.put(json.dumps(SENDGRID), "events.json", day=DAY, feed="sendgrid")
    zone.land()
    found = zone.ledger("select records_read, message from files where file_quarantined order by file")
    assert [records for records, _ in found] == [0] * len(FOREIGN)
    assert all(named in message for (_, message), (_, named) in zip(found, FOREIGN, strict=True))
    assert len(zone.rows("line_number")) == 1


def test_a_record_of_another_kind_is_refused_by_name(zone: Zone) -> None:
    records = [
        {"detail-type": "GuardDuty Finding", "source": "aws.guardduty", "detail": {}},
        {"kind": "secret words", "when": 1},
    ]
    for adapter in ("ses", "sendgrid"):
        zone.put("\n".join(map(json.dumps, records)), f"{adapter}.json", day=DAY, feed=adapter)
    zone.land()
    assert zone.quarantine("reason_code") == [("missing_field",)] * 4
    messages = [message for (message,) in zone.quarantine("message")]
    assert all("EventBridge envelope of GuardDuty Finding, aws.guardduty" in one for one in messages[::2])
    assert all("its fields are kind, when" in one and "secret" not in one for one in messages[1::2])


def test_commas_and_marks_between_lines_cost_nothing(zone: Zone) -> None:
    one, two = (json.dumps(SENDGRID | {"sg_event_id": name}) for name in "ab")
    texts = [
        f"{one},\n{two},\n",
        f"{one},\r\n{two}\r\n",
        f"\ufeff{one}\n\ufeff{two}\n",
        f"\ufeff{one},\n\ufeff{two},",
    ]
    for number, text in enumerate(texts):
        zone.put(text.encode(), f"{number}.json", day=DAY, feed="sendgrid")
    zone.land()
    assert zone.books() == [(2, 2, 0, 0)] * 4
    assert sorted(zone.rows("line_number")) == [(1,)] * 4 + [(2,)] * 4
