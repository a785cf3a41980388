"""SendGrid's Event Webhook: custom arguments at top level, whole seconds, a stable event id."""

from __future__ import annotations

import base64

from simulator.files.records.containers import array_file, arrays, ndjson
from simulator.files.records.record import Body, EmailEvent, Emitter

EVENTS = {
    "email_sent": "processed",
    "email_delivered": "delivered",
    "email_deferred": "deferred",
    "email_bounced": "bounce",
    "email_blocked": "dropped",
    "email_sending_failed": "dropped",
    "email_opened": "open",
    "email_clicked": "click",
    "email_feedback_loop": "spamreport",
    "email_subscription_submitted": "group_resubscribe",
}


def bodies(event: EmailEvent) -> list[Body]:
    """Return the event as SendGrid posts it."""
    name = EVENTS.get(event.type) or ("unsubscribe" if event.variant % 2 else "group_unsubscribe")
    left = _base64(bytes.fromhex(event.hex))
    counters = f"{event.token[0] % 10**10:010d}-{event.token[1] % 10**5:05d}-1-{event.hex[:8].upper()}"
    body: Body = {
        "email": event.recipient,
        "timestamp": event.at // 1_000_000,
        "smtp-id": f"<{left}@geopod-ismtpd-{event.token[1] % 90 + 10}>",
        "event": name,
        "category": ["newsletter"] if event.variant % 3 else "newsletter",
        "sg_event_id": _base64(f"{name}-0-{event.number}-{left}".encode()),
        "sg_message_id": f"{left}.recvd-{counters}-{event.number % 90}.0",
    }
    _refuse(event, body)
    if event.type == "email_delivered":
        body["response"] = "250 OK"
    if event.agent:
        body["useragent"] = event.agent.text
    if event.ip:
        body["ip"] = event.ip
    if event.type == "email_opened":
        body["sg_content_type"] = "html"
        if event.flagged or event.variant % 4:
            body["sg_machine_open"] = event.flagged
    if event.link:
        body["url"] = event.link.url
        body["url_offset"] = {"index": event.variant % 4, "type": "html"}
    if name.startswith("group_"):
        body["asm_group_id"] = 10 + event.variant % 3
    return [body | dict(event.ids)]


def _refuse(event: EmailEvent, body: Body) -> None:
    """Add why the message was not delivered, in the fields of that event type."""
    if event.refusal:
        body["reason"] = event.refusal.reason
        body.update(event.refusal.detail)
    if event.type == "email_bounced" and event.bounce == "other":
        # A bounce after the delivery can only be matched by the SMTP id.
        del body["sg_message_id"]
    if event.type == "email_deferred":
        body["response"] = body.pop("reason")
        body["attempt"] = str(event.variant % 5 + 1)


def retried(body: Body) -> Body:
    """Return the event as a second attempt delivers it: half of them have another event id."""
    if body["timestamp"] % 2:
        return body
    return body | {"sg_event_id": f"again-{body['sg_event_id']}"}


def unknown_type(event: EmailEvent) -> tuple[Body, str]:
    """Return a well-formed event of a type that the warehouse does not model."""
    body = bodies(event)[0]
    body.update(
        event="account_status_change", type="compliance_suspend", sg_event_id=f"strange-{event.number}"
    )
    return body, "account_status_change"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


EMITTER = Emitter(
    bodies=bodies,
    unknown_type=unknown_type,
    type_at=("event",),
    times_at=(("timestamp",),),
    time=lambda micros: micros // 1_000_000,
    retried=retried,
    shapes=(arrays(50), ndjson(), array_file(), arrays(400)),
)
