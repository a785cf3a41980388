"""Mailgun: `{signature, event-data}` webhooks and Events API pages; seconds with a fraction."""

from __future__ import annotations

from typing import Any

from simulator.files.records.containers import array_file, arrays, ndjson, text
from simulator.files.records.record import Body, Emitter, Told

EVENTS = {
    "email_sent": "accepted",
    "email_delivered": "delivered",
    "email_deferred": "failed",
    "email_bounced": "failed",
    "email_blocked": "failed",
    "email_sending_failed": "rejected",
    "email_opened": "opened",
    "email_clicked": "clicked",
    "email_unsubscribed": "unsubscribed",
    "email_feedback_loop": "complained",
}


def bodies(told: Told) -> list[Body]:
    """The event-data as Mailgun tells it."""
    name = EVENTS[told.type]
    sent = f"{told.hex[:14]}.1.{told.hex[14:30].upper()}@shop.example"
    headers = {"to": told.recipient, "message-id": sent, "from": "news@shop.example", "subject": told.subject}
    body: Body = {
        "event": name,
        "id": f"{told.hex[8:20]}{told.number:08x}",
        "timestamp": told.at / 1_000_000,
        "log-level": "warn" if told.refusal else "info",
        "flags": {
            "is-routed": False,
            "is-authenticated": True,
            "is-system-test": False,
            "is-test-mode": False,
        },
        "message": {"headers": headers, "attachments": [], "size": 3499},
        "recipient": told.recipient,
        "campaigns": [],
        "tags": ["journey"],
        "user-variables": dict(told.ids),
    }
    if told.refusal and name == "failed":
        detail = told.refusal.detail
        body["severity"] = "temporary" if told.type == "email_deferred" else "permanent"
        body["reason"] = detail["reason"]
        body["delivery-status"] = {
            "code": detail["code"],
            "message": told.refusal.reason,
            "description": told.refusal.reason,
            "attempt-no": 1,
        }
        if told.bounce == "other":
            body["flags"] = {"is-delayed-bounce": True}
    elif told.refusal:
        # A rejected message has no recipient of its own, only the one in its headers.
        del body["recipient"]
        body["reject"] = {"reason": told.refusal.reason, "description": ""}
    if name == "delivered":
        body["delivery-status"] = {"tls": True, "mx-host": "mx.example.com", "code": 250, "message": "OK"}
    if told.agent:
        body["client-info"] = {
            "client-name": told.agent.client,
            "client-os": told.agent.operating_system,
            "client-type": "browser",
            "device-type": told.agent.device,
            "user-agent": told.agent.text,
            "bot": "apple" if told.flagged else "",
        }
    if told.ip:
        body["ip"] = told.ip
    if told.place:
        place = told.place
        body["geolocation"] = {"country": place.country, "region": place.region, "city": place.city}
    if told.link:
        body["url"] = told.link.url
    if name in ("opened", "clicked", "unsubscribed"):
        body["message"] = {"headers": {"message-id": sent}}
    return [body]


def strange(told: Told) -> tuple[Body, str]:
    """A stored inbound message, or an event of a test."""
    body = bodies(told)[0]
    if told.flavour % 2:
        return body | {"event": "stored", "id": f"stored-{told.number}"}, "stored"
    return body | {"id": f"test-{told.number}", "flags": {"is-test-mode": True}}, "test mode"


def _webhook(body: Body, ordinal: int = 0) -> Any:
    """A signed webhook; the token differs at every delivery."""
    signature = {"timestamp": "1767225600", "token": f"{ordinal:050x}", "signature": "0" * 64}
    return {"signature": signature, "event-data": body}


EMITTER = Emitter(
    bodies=bodies,
    strange=strange,
    type_at=("event",),
    times_at=(("timestamp",),),
    time=lambda micros: micros / 1_000_000,
    shapes=(
        ndjson(_webhook),
        ndjson(),
        array_file(key="items"),
        arrays(100, around=lambda batch: text({"items": batch, "paging": {}})),
    ),
    envelope=_webhook,
)
