"""A record's events as a page lists them: newest first, grouped by day."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any
from urllib.parse import quote

from insights_app.pages import values
from insights_app.pages.address import Address

#: The first part of the address of what an event is about.
_PATHS = {
    "email": "emails",
    "journey": "journeys",
    "segment": "segments",
    "lead": "leads",
    "form": "forms",
    "page": "pages",
    "website": "websites",
    "redirect_url": "redirect-urls",
    "contact": "contacts",
}


def drawn(rows: Sequence[Mapping[str, Any]], address: Address) -> dict[str, Any]:
    """Group events by day.

    rows: newest first, with `occurred_at, interaction_type, entity_type, entity_id, entity_name, detail` and
    `is_machine` where the query has it.
    """
    days = itertools.groupby(rows, key=lambda row: row["occurred_at"].astimezone(UTC).date())
    return {"days": [(values.day(day), [_line(row) for row in events]) for day, events in days]}


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    path, entity_id = _PATHS.get(row["entity_type"] or ""), row["entity_id"]
    kind = row["interaction_type"]
    return {
        "time": f"{row['occurred_at'].astimezone(UTC):%H:%M}",
        "moment": row["occurred_at"].isoformat(),
        "what": kind.replace("_", " "),
        "icon": kind.split("_")[0],
        "about": row["entity_name"] or entity_id or "",
        "link": f"/{path}/{quote(entity_id, safe='')}" if path and entity_id else "",
        "detail": row["detail"] or "",
        "is_machine": bool(row.get("is_machine")),
    }
