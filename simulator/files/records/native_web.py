"""Writes web hits as interactions in the native format; absent fields are left out."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.files.records.record import Body, Hit, iso


def body(hit: Hit) -> Body:
    """Return the hit as a native interaction."""
    said: Body = {
        "interaction_id": f"web-{hit.number:09d}",
        "interaction_type": hit.kind,
        "occurred_at": iso(hit.at),
        "contact_id": hit.contact_id,
        "recipient": hit.email,
        "visitor_id": hit.visitor_id,
        "website_id": hit.website_id,
        "page_id": hit.page_id,
        "form_id": hit.form_id,
        "redirect_url_id": hit.redirect_url_id,
        "event_id": hit.event_id,
        "survey_id": hit.survey_id,
        "submission_id": hit.submission_id,
        "contact_result": hit.contact_result,
        "lead_result": hit.lead_result,
        "lead_id": hit.lead_id,
        "url": hit.url,
        "referrer": hit.referrer,
        "link_url": hit.link_url,
        "ip": hit.ip,
        "user_agent": hit.agent,
        "country": hit.country,
        "score": hit.score,
        "is_machine": True if hit.flagged else None,
        "properties": dict(hit.values) if hit.values else None,
        **hit.ids,
    }
    if hit.place:
        place = hit.place
        said |= {"region": place.region, "city": place.city, "latitude": place.latitude,
                 "longitude": place.longitude}  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def native(arrives: list[int], hits: Iterator[Hit]) -> list[tuple[int, Body]]:
    """Return arrival and body of each hit."""
    return [(at, body(hit)) for at, hit in zip(arrives, hits, strict=True)]
