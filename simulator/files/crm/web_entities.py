"""Rows of the CRM's web entities: websites, redirect URLs, forms, events and surveys."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from simulator.world.model import World
from simulator.world.web import Web

Rows = list[dict[str, Any]]


def web_entities(world: World, web: Web) -> dict[str, Rows]:
    """Return each entity's rows, which are the same every day; entities that only events mention have
    none."""
    noon = datetime.combine(world.start, time(12), UTC)
    return {
        "forms": [{"form_id": form.identifier, "name": form.name} for form in web.forms if form.in_crm],
        "websites": [
            {"website_id": site.website_id, "name": site.name, "hosts": site.hosts}
            for site in web.websites
            if site.in_crm
        ],
        "redirect_urls": [
            {"redirect_url_id": one.redirect_url_id, "name": one.name, "path": one.path,
             "target_url": one.target_url}
            for one in web.redirects if one.in_crm
        ],
        "events": [
            {"event_id": event.identifier, "name": event.name,
             "starts_at": _stamp(noon + timedelta(days=turn)),
             "ends_at": _stamp(noon + timedelta(days=turn, hours=3))}
            for turn, event in enumerate(web.events) if event.in_crm
        ],
        "surveys": [
            {"survey_id": survey.identifier, "name": survey.name} for survey in web.surveys if survey.in_crm
        ],
    }  # fmt: skip


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
