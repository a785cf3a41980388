"""Segment calls: page, track, identify and alias; the warehouse does not model screen and group."""

from __future__ import annotations

from typing import Any

from simulator.events.web.hit_log import ALIASED, IDENTIFIED, VIEWED
from simulator.files.records.containers import arrays, ndjson
from simulator.files.records.record import Body, Emitter, Hit, iso
from simulator.world.model import SECOND

EVENTS = {
    "form_visited": "Form Viewed",
    "form_submitted": "Form Submitted",
    "website_clicked": "Link Clicked",
    "redirect_clicked": "Redirect Clicked",
    "converted": "Order Completed",
}
_CALLS = {VIEWED: "page", IDENTIFIED: "identify", ALIASED: "alias"}


def bodies(hit: Hit) -> list[Body]:
    """Return the call as the library sends it, with an anonymous id, a user id, or both."""
    call = _CALLS.get(hit.kind, "track")
    body: Body = {
        "type": call,
        "messageId": f"ajs-{hit.number:09d}",
        "anonymousId": hit.visitor_id,
        "userId": hit.contact_id,
        "timestamp": iso(hit.at),
        "originalTimestamp": iso(hit.at + 500_000),
        "sentAt": iso(hit.at + SECOND),
        "receivedAt": iso(hit.at + 2 * SECOND),
        "context": _context(hit, call),
    }
    if call == "alias":
        body["previousId"] = body.pop("anonymousId")
    if call == "identify":
        body["traits"] = {"email": hit.email, "plan": "free"}
    if call == "page":
        body["name"] = "Page"
        body["properties"] = {"url": hit.url, "referrer": hit.referrer, **hit.ids}
    if call == "track":
        body["event"] = EVENTS[hit.kind]
        body["properties"] = _properties(hit)
    return [_without_nulls(body)]


def _context(hit: Hit, call: str) -> Body:
    context: Body = {
        "ip": hit.ip,
        "userAgent": hit.agent,
        "library": {"name": "analytics.js", "version": "2.11.1"},
        "locale": "en-US",
    }
    # Page calls have the page in their properties, often in the context too.
    if (call == "track" and hit.url) or (call == "page" and hit.variant % 2):
        context["page"] = {"url": hit.url, "referrer": hit.referrer, "title": "A page"}
    if call != "identify":
        context["traits"] = {"email": hit.email}
    return context


def _properties(hit: Hit) -> Body:
    return {
        **hit.ids,
        "website_id": hit.website_id,
        "page_id": hit.page_id,
        "form_id": hit.form_id,
        "redirect_url_id": hit.redirect_url_id,
        "submission_id": hit.submission_id,
        "contact_result": hit.contact_result,
        "lead_result": hit.lead_result,
        "link_url": hit.link_url,
        "order_id": hit.order_id,
        # The specification has both; shops send either.
        ("total", "revenue")[hit.variant % 2]: hit.amount,
        "currency": hit.currency,
        "values": dict(hit.values) if hit.values else None,
    }


def _without_nulls(value: Any) -> Any:
    """Return the value without nulls: libraries leave out what they do not have."""
    if not isinstance(value, dict):
        return value
    kept = {name: _without_nulls(inner) for name, inner in value.items()}
    return {name: inner for name, inner in kept.items() if inner is not None and inner != {}}


def unknown_type(hit: Hit) -> tuple[Body, str]:
    """Return calls and events that say nothing about a website."""
    body = bodies(hit)[0]
    kind = hit.variant % 3
    if kind < 2:
        name = ("screen", "group")[kind]
        return body | {"type": name, "messageId": f"app-{hit.number:09d}"}, name
    name = "Product Viewed"
    return body | {"type": "track", "event": name, "messageId": f"app-{hit.number:09d}"}, name


EMITTER = Emitter(
    bodies=bodies,
    unknown_type=unknown_type,
    type_at=("type",),
    times_at=(("timestamp",), ("originalTimestamp",), ("sentAt",), ("receivedAt",)),
    time=iso,
    shapes=(ndjson(), ndjson(spaced=True), arrays(7)),
)
