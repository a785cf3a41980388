"""Mailgun: `{signature, event-data}` webhooks and Events API pages; seconds with a fraction."""

from __future__ import annotations

from typing import Any

from simulator.files.records.containers import array_file, arrays, ndjson, text
from simulator.files.records.record import Body, EmailEvent, Emitter

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


def bodies(event: EmailEvent) -> list[Body]:
    """Return the event-data object."""
    name = EVENTS[event.type]
    sent = f"{event.hex[:14]}.1.{event.hex[14:30].upper()}@shop.example"
    headers = {
        "to": event.recipient,
        "message-id": sent,
        "from": "news@shop.example",
        "subject": event.subject,
    }
    body: Body = {
        "event": name,
        "id": f"{event.hex[8:20]}{event.number:08x}",
        "timestamp": event.at / 1_000_000,
        "log-level": "warn" if event.refusal else "info",
        "flags": {
            "is-routed": False,
            "is-authenticated": True,
            "is-system-test": False,
            "is-test-mode": False,
        },
        "message": {"headers": headers, "attachments": [], "size": 3499},
        "recipient": event.recipient,
        "campaigns": [],
        "tags": ["journey"],
        "user-variables": dict(event.ids),
    }
    if event.refusal and name == "failed":
        detail = event.refusal.detail
        body["severity"] = "temporary" if event.type == "email_deferred" else "permanent"
        body["reason"] = detail["reason"]
        body["delivery-status"] = {
            "code": detail["code"],
            "message": event.refusal.reason,
            "description": event.refusal.reason,
            "attempt-no": 1,
        }
        if event.bounce == "other":
            body["flags"] = {"is-delayed-bounce": True}
    elif event.refusal:
        # A rejected message has its recipient only in its headers.
        del body["recipient"]
        body["reject"] = {"reason": event.refusal.reason, "description": ""}
    if name == "delivered":
        body["delivery-status"] = {"tls": True, "mx-host": "mx.example.com", "code": 250, "message": "OK"}
    if event.agent:
        body["client-info"] = {
            "client-name": event.agent.client,
            "client-os": event.agent.operating_system,
            "client-type": "browser",
            "device-type": event.agent.device,
            "user-agent": event.agent.text,
            "bot": "apple" if event.flagged else "",
        }
    if event.ip:
        body["ip"] = event.ip
    if event.place:
        place = event.place
        body["geolocation"] = {"country": place.country, "region": place.region, "city": place.city}
    if event.link:
        body["url"] = event.link.url
    if name in ("opened", "clicked", "unsubscribed"):
        body["message"] = {"headers": {"message-id": sent}}
    return [body]


def unknown_type(event: EmailEvent) -> tuple[Body, str]:
    """Return a stored inbound message or an event of a test mode message."""
    body = bodies(event)[0]
    if event.variant % 2:
        return body | {"event": "stored", "id": f"stored-{event.number}"}, "stored"
    return body | {"id": f"test-{event.number}", "flags": {"is-test-mode": True}}, "test mode"


def _webhook(body: Body, ordinal: int = 0) -> Any:
    """Return a signed webhook; the token differs at every delivery."""
    signature = {"timestamp": "1767225600", "token": f"{ordinal:050x}", "signature": "0" * 64}
    return {"signature": signature, "event-data": body}


EMITTER = Emitter(
    bodies=bodies,
    unknown_type=unknown_type,
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
