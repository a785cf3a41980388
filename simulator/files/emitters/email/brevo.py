"""Brevo: one object a line or batched arrays, milliseconds, our ids as JSON text in one header."""

from __future__ import annotations

import json

from simulator.files.records.containers import arrays, ndjson
from simulator.files.records.record import Body, Emitter, Told

EVENTS = {
    "email_sent": "request",
    "email_delivered": "delivered",
    "email_deferred": "deferred",
    "email_clicked": "click",
}


def bodies(told: Told) -> list[Body]:
    """The event as Brevo posts it; a first open also as the unique one."""
    name = _name(told)
    body: Body = {
        "id": 814119,
        "email": told.recipient,
        "message-id": f"<{told.hex[:28]}@smtp-relay.mailin.fr>",
        "date": "2026-01-01 00:00:00",
        "event": name,
        "subject": told.subject,
        "tags": ["journey"],
        "tag": '["journey"]',
        "sending_ip": "185.41.28.1",
        "ts": told.at // 1_000_000 + 3_600,
        "ts_event": told.at // 1_000_000,
        "ts_epoch": told.at // 1_000,
        "X-Mailin-custom": json.dumps(dict(told.ids), ensure_ascii=False),
    }
    if told.refusal:
        body["reason"] = told.refusal.reason
    if told.type == "email_clicked":
        body["link"] = told.link.url if told.link else ""
    if told.type != "email_opened":
        return [body]
    shadow = body | {"event": f"unique_{name}"}
    if told.only_open and told.flavour % 7 == 0:
        return [shadow]
    return [body, shadow] if told.first_open else [body]


def _name(told: Told) -> str:
    match told.type:
        case "email_bounced":
            return f"{told.bounce}_bounce"
        case "email_blocked" | "email_sending_failed":
            assert told.refusal is not None
            return str(told.refusal.detail["event"])
        case "email_opened":
            return "proxy_open" if told.flagged else "opened"
        case "email_feedback_loop":
            return "spam" if told.flavour % 2 else "complaint"
        case "email_unsubscribed":
            return "unsubscribed" if told.flavour % 2 else "unsubscribe"
        case _:
            return EVENTS[told.type]


def strange(told: Told) -> tuple[Body, str]:
    """Inbound mail is none that was sent."""
    return bodies(told)[0] | {"event": "inbound_email_processed"}, "inbound_email_processed"


EMITTER = Emitter(
    bodies=bodies,
    strange=strange,
    type_at=("event",),
    times_at=(("ts_epoch",), ("ts_event",), ("ts",), ("date",)),
    time=lambda micros: micros // 1_000,
    shapes=(ndjson(), arrays(30), ndjson(spaced=True), arrays(500)),
)
