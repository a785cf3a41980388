"""Writes frames of native interactions as bodies; the frame's columns are fields of the format."""

from __future__ import annotations

import pandas as pd

from simulator.files.emitters.email.interactions import FIELDS
from simulator.files.records.record import Body, Hit, iso

Arriving = list[tuple[int, Body]]


def native(frame: pd.DataFrame, prefix: str) -> Arriving:
    """Return arrival and body of each row, in order of arrival; ids begin with `prefix`, missing values
    are left out."""
    names = [name for name in FIELDS if name in frame.columns and name != "occurred_at"]
    columns = [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in names]
    times, arrives = frame["occurred_at"].tolist(), frame["arrives"].tolist()
    found: Arriving = []
    for number, (at, arrival, *values) in enumerate(zip(times, arrives, *columns, strict=True)):
        body: Body = {"interaction_id": f"{prefix}-{number:08d}", "occurred_at": iso(at)}
        body.update((name, value) for name, value in zip(names, values, strict=True) if value is not None)
        found.append((arrival, body))
    return sorted(found, key=lambda entry: entry[0])


def native_hit(hit: Hit) -> Body:
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
        "amount": hit.amount,
        "currency": hit.currency,
        "order_id": hit.order_id,
        "is_machine": True if hit.flagged else None,
        "properties": dict(hit.values) if hit.values else None,
        **hit.ids,
    }
    if hit.place:
        place = hit.place
        said |= {"region": place.region, "city": place.city, "latitude": place.latitude,
                 "longitude": place.longitude}  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}
