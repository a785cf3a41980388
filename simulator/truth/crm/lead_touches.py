"""The expected touches of leads: what their contacts did first, and last before a lead was made or closed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.events.crm.leads import Lead
from simulator.events.email.model import UNKNOWN
from simulator.truth.rows import instants
from simulator.world.model import DAY, World

_OPENED_OR_CLICKED = ("email_opened", "email_clicked")
#: What a contact does by itself on the web -> the kind of entity, and the column of its id.
_ON_WEB = {
    "event_checked_in": ("event", "event_id"), "event_registered": ("event", "event_id"),
    "form_submitted": ("form", "form_id"), "form_visited": ("form", "form_id"),
    "page_visited": ("page", "page_id"), "redirect_clicked": ("redirect_url", "redirect_url_id"),
    "survey_responded": ("survey", "survey_id"), "website_clicked": ("website", "website_id"),
    "website_visited": ("website", "website_id"),
}  # fmt: skip
_COLUMNS = ["occurred_at", "interaction_type", "entity_type", "entity_id", "journey_id"]


def lead_touches(
    world: World, leads: list[Lead], by_event: pd.DataFrame, on_web: pd.DataFrame
) -> pd.DataFrame:
    """Return a row per lead and touch that stands out."""
    end = world.begin + (world.snapshot_days[-1] + 1) * DAY
    touches = dict(list(_touches(by_event, on_web).groupby("contact_id")))
    rows = []
    for lead in leads:
        mine = touches.get(world.contacts.contact_id[lead.contact])
        if lead.appears is None or lead.appears >= end or mine is None:
            continue
        closed = lead.closed_before(end)
        last = {"last_before_created": lead.created_at, "last_before_closed": closed}
        chosen = {"first": mine[mine["occurred_at"] <= (closed if closed is not None else np.inf)].head(1)}
        for touch, until in last.items():
            before = mine[mine["occurred_at"] <= (until if until is not None else -1)]
            chosen[touch] = before[before["occurred_at"] == before["occurred_at"].max()].head(1)
        rows += [row.assign(lead_id=lead.lead_id, touch=touch) for touch, row in chosen.items()]
    frame = pd.concat(rows, ignore_index=True)
    return frame[["lead_id", "touch", *_COLUMNS]].assign(occurred_at=instants(frame["occurred_at"]))


def _touches(by_event: pd.DataFrame, on_web: pd.DataFrame) -> pd.DataFrame:
    """Return everything that known contacts did by themselves, in order."""
    responses = by_event[by_event["interaction_type"].isin(_OPENED_OR_CLICKED)]
    responses = responses.assign(entity_type="email", entity_id=responses["email_id"])
    visits = on_web[on_web["interaction_type"].isin(list(_ON_WEB))].assign(journey_id=None)
    kinds = visits["interaction_type"].map({name: kind for name, (kind, _) in _ON_WEB.items()})
    ids = pd.Series(UNKNOWN, index=visits.index, dtype=object)
    for name, (_, column) in _ON_WEB.items():
        mine = visits["interaction_type"] == name
        ids[mine] = visits.loc[mine, column].where(visits.loc[mine, column].notna(), UNKNOWN)
    visits = visits.assign(entity_type=kinds, entity_id=ids)
    columns = ["contact_id", "is_machine", *_COLUMNS]
    frame = pd.concat([responses[columns], visits[columns]], ignore_index=True)
    is_known = frame["contact_id"].notna() & (frame["contact_id"] != UNKNOWN)
    frame = frame[is_known & ~frame["is_machine"].astype(bool)]
    return frame.sort_values(["occurred_at", "interaction_type", "entity_id"], kind="stable")
