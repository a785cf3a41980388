"""Lists the events of a record, the newest first, under the day on which each happened."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from insights_app.pages import values
from insights_app.texts import said

#: Type of entity -> first part of its pages' addresses, for the entity that an event is about.
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


#: Types of entities whose name is personal: it names a person, or somebody wrote it about one.
_PEOPLE = ("contact", "lead")


def drawn(rows: Sequence[Mapping[str, Any]], *, shows_people: bool) -> dict[str, Any]:
    """Return the events grouped by day of the reporting time zone.

    rows: newest first, with `occurred_at, interaction_type, entity_type, entity_id, entity_name, detail,
        is_machine`, and what changed of a lead if the query has it. shows_people: whether leads and
        contacts are named.
    """
    days = itertools.groupby(rows, key=lambda row: row["occurred_at"].date())
    return {"days": [(day, [_line(row, shows_people) for row in events]) for day, events in days]}


def _line(row: Mapping[str, Any], shows_people: bool) -> dict[str, Any]:
    path, entity_id = _PATHS.get(row["entity_type"] or ""), row["entity_id"]
    kind = row["interaction_type"]
    name = row["entity_name"] if shows_people or row["entity_type"] not in _PEOPLE else None
    return {
        "time": f"{row['occurred_at']:%H:%M}",
        "moment": row["occurred_at"].isoformat(),
        "what": values.word(kind),
        "icon": kind.split("_")[0],
        "about": name or entity_id or "",
        "link": f"/{path}/{quote(entity_id, safe='')}" if path and entity_id else "",
        "detail": _detail(row),
        "is_machine": bool(row["is_machine"]),
    }


def _detail(row: Mapping[str, Any]) -> str:
    change = row.get("change")
    if change == "stage":
        return " → ".join(row[name] or said("no stage") for name in ("stage_before", "stage"))
    if change == "score":
        before = "" if row["score_before"] is None else f"{row['score_before']:g} → "
        grade = said("grade %(grade)s") % {"grade": row["grade"]} if row["grade"] else ""
        parts = (f"{before}{row['score']:g}", grade, row["lead_scoring_model_id"])
        return " · ".join(part for part in parts if part)
    return row["detail"] or ""
