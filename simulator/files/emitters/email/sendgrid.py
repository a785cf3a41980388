"""SendGrid's Event Webhook: custom arguments at top level, whole seconds, a stable event id."""

from __future__ import annotations

import base64

from simulator.files.records.containers import array_file, arrays, ndjson
from simulator.files.records.record import Body, Emitter, Told

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


def bodies(told: Told) -> list[Body]:
    """The event as SendGrid posts it."""
    name = EVENTS.get(told.type) or ("unsubscribe" if told.flavour % 2 else "group_unsubscribe")
    left = _base64(bytes.fromhex(told.hex))
    counters = f"{told.token[0] % 10**10:010d}-{told.token[1] % 10**5:05d}-1-{told.hex[:8].upper()}"
    body: Body = {
        "email": told.recipient,
        "timestamp": told.at // 1_000_000,
        "smtp-id": f"<{left}@geopod-ismtpd-{told.token[1] % 90 + 10}>",
        "event": name,
        "category": ["newsletter"] if told.flavour % 3 else "newsletter",
        "sg_event_id": _base64(f"{name}-0-{told.number}-{left}".encode()),
        "sg_message_id": f"{left}.recvd-{counters}-{told.number % 90}.0",
    }
    _refuse(told, body)
    if told.type == "email_delivered":
        body["response"] = "250 OK"
    if told.agent:
        body["useragent"] = told.agent.text
    if told.ip:
        body["ip"] = told.ip
    if told.type == "email_opened":
        body["sg_content_type"] = "html"
        if told.flagged or told.flavour % 4:
            body["sg_machine_open"] = told.flagged
    if told.link:
        body["url"] = told.link.url
        body["url_offset"] = {"index": told.flavour % 4, "type": "html"}
    if name.startswith("group_"):
        body["asm_group_id"] = 10 + told.flavour % 3
    return [body | dict(told.ids)]


def _refuse(told: Told, body: Body) -> None:
    """Adds why the message was not delivered, in the fields of that kind of event."""
    if told.refusal:
        body["reason"] = told.refusal.reason
        body.update(told.refusal.detail)
    if told.type == "email_bounced" and told.bounce == "other":
        # What the receiver sends back later can only be matched by the SMTP id.
        del body["sg_message_id"]
    if told.type == "email_deferred":
        body["response"] = body.pop("reason")
        body["attempt"] = str(told.flavour % 5 + 1)


def retried(body: Body) -> Body:
    """The event as a second attempt delivers it: half of them have another event id."""
    if body["timestamp"] % 2:
        return body
    return body | {"sg_event_id": f"again-{body['sg_event_id']}"}


def strange(told: Told) -> tuple[Body, str]:
    """A well-formed event of a type that is not modelled."""
    body = bodies(told)[0]
    body.update(
        event="account_status_change", type="compliance_suspend", sg_event_id=f"strange-{told.number}"
    )
    return body, "account_status_change"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


EMITTER = Emitter(
    bodies=bodies,
    strange=strange,
    type_at=("event",),
    times_at=(("timestamp",),),
    time=lambda micros: micros // 1_000_000,
    retried=retried,
    shapes=(arrays(50), ndjson(), array_file(), arrays(400)),
)
