"""Mandrill: batches in form-encoded bodies or objects, whole seconds, history repeated in every event."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from simulator.files.records.containers import array_file, arrays, text
from simulator.files.records.record import Body, EmailEvent, Emitter

EVENTS = {
    "email_sent": "send",
    "email_delivered": "delivered",
    "email_deferred": "deferral",
    "email_blocked": "reject",
    "email_sending_failed": "reject",
    "email_opened": "open",
    "email_clicked": "click",
    "email_feedback_loop": "spam",
    "email_unsubscribed": "unsub",
}


def bodies(event: EmailEvent) -> list[Body]:
    """Return the event as Mandrill posts it."""
    name = EVENTS.get(event.type) or f"{event.bounce}_bounce"
    reason = event.refusal.reason if event.refusal else None
    second = event.at // 1_000_000
    message: Body = {
        "_id": event.hex,
        "_version": event.hex[:22],
        "ts": min(event.sent_at // 1_000_000, second),
        "subject": event.subject,
        "email": event.recipient,
        "sender": "news@shop.example",
        "tags": ["journey"],
        "opens": [{"ts": second}] if name in ("open", "click") else [],
        "clicks": [{"ts": second, "url": event.link.url}] if event.link else [],
        "state": "rejected" if name == "reject" else "sent",
        "metadata": dict(event.ids),
        "subaccount": None,
        "template": None,
    }
    body: Body = {"event": name, "_id": event.hex, "ts": second, "msg": message}
    if name == "reject":
        message["reject"] = {"reason": reason, "last_event_at": None}
    elif event.refusal:
        message["diag"] = reason
        message["bounce_description"] = event.refusal.detail.get("bounce_description")
    if event.ip:
        body["ip"] = event.ip
    if event.agent:
        body["user_agent"] = event.agent.text
        body["user_agent_parsed"] = {
            "ua_family": event.agent.client,
            "os_family": event.agent.operating_system,
        }
    if event.type in ("email_opened", "email_clicked", "email_unsubscribed"):
        body["location"] = _location(event)
    if event.link:
        body["url"] = event.link.url
    return [body]


def _location(event: EmailEvent) -> Body | None:
    if not event.place:
        return None
    place = event.place
    return {
        "country_short": place.country,
        "country": place.country,
        "region": place.region,
        "city": place.city,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "postal_code": "-",
        "timezone": "+00:00",
    }


def unknown_type(event: EmailEvent) -> tuple[Body, str]:
    """Return inbound mail, which is no event of a sent message."""
    body: Body = {
        "event": "inbound",
        "ts": event.at // 1_000_000,
        "msg": {"email": event.recipient, "subject": "Re:"},
    }
    return body, "inbound"


def _form(batch: list[Any]) -> str:
    """Return the form-encoded body of a post."""
    return "mandrill_events=" + quote_plus(text(batch))


def _object(batch: list[Any]) -> str:
    return text({"mandrill_events": batch})


EMITTER = Emitter(
    bodies=bodies,
    unknown_type=unknown_type,
    type_at=("event",),
    times_at=(("ts",), ("msg", "ts")),
    time=lambda micros: micros // 1_000_000,
    shapes=(
        arrays(40, around=_object),
        arrays(40, around=_form),
        arrays(40),
        array_file(key="mandrill_events"),
    ),
)
