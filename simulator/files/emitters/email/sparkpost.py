"""SparkPost: `msys` envelopes in arrays, bare events, whole seconds as text, a stable event id."""

from __future__ import annotations

from typing import Any

from simulator.files.records.containers import array_file, arrays, ndjson
from simulator.files.records.record import Body, EmailEvent, Emitter

#: By interaction type: event class and name.
EVENTS = {
    "email_sent": ("message_event", "injection"),
    "email_delivered": ("message_event", "delivery"),
    "email_deferred": ("message_event", "delay"),
    "email_bounced": ("message_event", "bounce"),
    "email_blocked": ("message_event", "bounce"),
    "email_sending_failed": ("gen_event", "generation_failure"),
    "email_opened": ("track_event", "open"),
    "email_clicked": ("track_event", "click"),
    "email_feedback_loop": ("message_event", "spam_complaint"),
}
CLASSES = {name: group for group, name in EVENTS.values()} | {
    "initial_open": "track_event",
    "list_unsubscribe": "unsubscribe_event",
    "link_unsubscribe": "unsubscribe_event",
    "out_of_band": "message_event",
    "policy_rejection": "message_event",
    "generation_rejection": "gen_event",
    "relay_injection": "relay_event",
}


def bodies(event: EmailEvent) -> list[Body]:
    """Return the event as SparkPost writes it, without its envelope; a first open also as `initial_open`."""
    _, name = EVENTS.get(event.type, ("", "list_unsubscribe" if event.variant % 2 else "link_unsubscribe"))
    body: Body = {
        "type": name,
        "timestamp": str(event.at // 1_000_000),
        "event_id": f"{9_000_000_000_000 + event.number}",
        "message_id": event.hex[:20],
        "transmission_id": str(event.token[0] % 10**17),
        "rcpt_to": event.recipient.lower() if event.recipient else None,
        "raw_rcpt_to": event.recipient,
        "rcpt_meta": dict(event.ids),
        "rcpt_tags": [],
        "subject": event.subject,
        "friendly_from": "news@shop.example",
    }
    if event.refusal:
        detail = dict(event.refusal.detail)
        detail.pop("class", None)
        if "bounce_class" in detail:
            detail["bounce_class"] = str(detail["bounce_class"])
        body |= {"reason": event.refusal.reason, "raw_reason": event.refusal.reason} | detail
    if event.agent:
        body["user_agent"] = event.agent.text
        body["user_agent_parsed"] = {
            "agent_family": event.agent.client,
            "os_family": event.agent.operating_system,
            "is_mobile": event.agent.device == "mobile",
            "is_prefetched": event.flagged,
            "is_proxy": False,
        }
    if event.ip:
        body["ip_address"] = event.ip
    if event.place:
        place = event.place
        body["geo_ip"] = {
            "country": place.country,
            "region": place.region,
            "city": place.city,
            "latitude": place.latitude,
            "longitude": place.longitude,
        }
    if event.link:
        body["target_link_url"] = event.link.url
        body["target_link_name"] = event.link_name
    return _with_shadow(event, body) if event.type == "email_opened" else [body]


def _with_shadow(event: EmailEvent, body: Body) -> list[Body]:
    shadow = body | {"type": "initial_open", "event_id": f"{body['event_id']}77"}
    if event.only_open and event.variant % 7 == 0:
        # The recipient's program loaded only the pixel at the top.
        return [shadow]
    return [body, shadow] if event.first_open else [body]


def unknown_type(event: EmailEvent) -> tuple[Body, str]:
    """Return a relayed inbound message or an automatic reply."""
    body = bodies(event)[0] | {"event_id": f"strange-{event.number}"}
    if event.variant % 2:
        return body | {"type": "relay_injection"}, "relay_injection"
    return body | {"type": "bounce", "bounce_class": "60", "reason": "auto-reply"}, "auto-reply"


def _msys(body: Body, ordinal: int = 0) -> Any:
    """Return the webhook's envelope, whose class says which kind of event it holds."""
    return {"msys": {CLASSES.get(body.get("type", ""), "message_event"): body}}


EMITTER = Emitter(
    bodies=bodies,
    unknown_type=unknown_type,
    type_at=("type",),
    times_at=(("timestamp",),),
    time=lambda micros: str(micros // 1_000_000),
    shapes=(arrays(100, _msys), ndjson(), array_file(_msys), arrays(20, _msys)),
    envelope=_msys,
)
