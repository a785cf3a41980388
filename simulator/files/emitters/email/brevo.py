"""Brevo: one object a line or batched arrays, milliseconds, our ids as JSON text in one header."""

from __future__ import annotations

import json

from simulator.files.records.containers import arrays, ndjson
from simulator.files.records.record import Body, EmailEvent, Emitter

EVENTS = {
    "email_sent": "request",
    "email_delivered": "delivered",
    "email_deferred": "deferred",
    "email_clicked": "click",
}


def bodies(event: EmailEvent) -> list[Body]:
    """Return the event as Brevo posts it; a first open also as `unique_opened`."""
    name = _name(event)
    body: Body = {
        "id": 814119,
        "email": event.recipient,
        "message-id": f"<{event.hex[:28]}@smtp-relay.mailin.fr>",
        "date": "2026-01-01 00:00:00",
        "event": name,
        "subject": event.subject,
        "tags": ["journey"],
        "tag": '["journey"]',
        "sending_ip": "185.41.28.1",
        "ts": event.at // 1_000_000 + 3_600,
        "ts_event": event.at // 1_000_000,
        "ts_epoch": event.at // 1_000,
        "X-Mailin-custom": json.dumps(dict(event.ids), ensure_ascii=False),
    }
    if event.refusal:
        body["reason"] = event.refusal.reason
    if event.type == "email_clicked":
        body["link"] = event.link.url if event.link else ""
    if event.type != "email_opened":
        return [body]
    shadow = body | {"event": f"unique_{name}"}
    if event.only_open and event.variant % 7 == 0:
        return [shadow]
    return [body, shadow] if event.first_open else [body]


def _name(event: EmailEvent) -> str:
    match event.type:
        case "email_bounced":
            return f"{event.bounce}_bounce"
        case "email_blocked" | "email_sending_failed":
            assert event.refusal is not None
            return str(event.refusal.detail["event"])
        case "email_opened":
            return "proxy_open" if event.flagged else "opened"
        case "email_feedback_loop":
            return "spam" if event.variant % 2 else "complaint"
        case "email_unsubscribed":
            return "unsubscribed" if event.variant % 2 else "unsubscribe"
        case _:
            return EVENTS[event.type]


def unknown_type(event: EmailEvent) -> tuple[Body, str]:
    """Return inbound mail, which is no event of a sent message."""
    return bodies(event)[0] | {"event": "inbound_email_processed"}, "inbound_email_processed"


EMITTER = Emitter(
    bodies=bodies,
    unknown_type=unknown_type,
    type_at=("event",),
    times_at=(("ts_epoch",), ("ts_event",), ("ts",), ("date",)),
    time=lambda micros: micros // 1_000,
    shapes=(ndjson(), arrays(30), ndjson(spaced=True), arrays(500)),
)
