"""Mandrill: batches in form-encoded bodies or objects, whole seconds, history repeated in every event."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from simulator.files.records.containers import array_file, arrays, text
from simulator.files.records.record import Body, Emitter, Told

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


def bodies(told: Told) -> list[Body]:
    """The event as Mandrill posts it."""
    name = EVENTS.get(told.type) or f"{told.bounce}_bounce"
    reason = told.refusal.reason if told.refusal else None
    second = told.at // 1_000_000
    message: Body = {
        "_id": told.hex,
        "_version": told.hex[:22],
        "ts": min(told.sent_at // 1_000_000, second),
        "subject": told.subject,
        "email": told.recipient,
        "sender": "news@shop.example",
        "tags": ["journey"],
        "opens": [{"ts": second}] if name in ("open", "click") else [],
        "clicks": [{"ts": second, "url": told.link.url}] if told.link else [],
        "state": "rejected" if name == "reject" else "sent",
        "metadata": dict(told.ids),
        "subaccount": None,
        "template": None,
    }
    body: Body = {"event": name, "_id": told.hex, "ts": second, "msg": message}
    if name == "reject":
        message["reject"] = {"reason": reason, "last_event_at": None}
    elif told.refusal:
        message["diag"] = reason
        message["bounce_description"] = told.refusal.detail.get("bounce_description")
    if told.ip:
        body["ip"] = told.ip
    if told.agent:
        body["user_agent"] = told.agent.text
        body["user_agent_parsed"] = {"ua_family": told.agent.client, "os_family": told.agent.operating_system}
    if told.type in ("email_opened", "email_clicked", "email_unsubscribed"):
        body["location"] = _location(told)
    if told.link:
        body["url"] = told.link.url
    return [body]


def _location(told: Told) -> Body | None:
    if not told.place:
        return None
    place = told.place
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


def strange(told: Told) -> tuple[Body, str]:
    """Inbound mail is none that was sent."""
    body: Body = {
        "event": "inbound",
        "ts": told.at // 1_000_000,
        "msg": {"email": told.recipient, "subject": "Re:"},
    }
    return body, "inbound"


def _form(batch: list[Any]) -> str:
    """The body as it is posted."""
    return "mandrill_events=" + quote_plus(text(batch))


def _object(batch: list[Any]) -> str:
    return text({"mandrill_events": batch})


EMITTER = Emitter(
    bodies=bodies,
    strange=strange,
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
