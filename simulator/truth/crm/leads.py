"""The expected marts about leads, their stages and their scores, by scoring model and day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from simulator.events.crm.leads import SCORED, SOURCES, STAGE_CHANGED, Lead, threshold
from simulator.events.email.model import UNKNOWN
from simulator.truth.interactions import AllInteractions
from simulator.truth.rows import instants, local_dates
from simulator.world.model import DAY, World


def tables(
    world: World, leads: list[Lead], events: pd.DataFrame, as_of: date, time_zone: str
) -> dict[str, pd.DataFrame]:
    """Return every mart about leads and scoring models but the timeline."""
    scored = events[events["interaction_type"] == SCORED].copy()
    scored["lead_scoring_model_id"] = scored["lead_scoring_model_id"].fillna(UNKNOWN)
    keys = ["lead_id", "lead_scoring_model_id"]
    latest = scored.sort_values("occurred_at", kind="stable").drop_duplicates(keys, keep="last")
    days = scored.assign(scored_date=local_dates(scored["occurred_at"].to_numpy(), time_zone))
    return {
        "mart_lead_insights": _insights(world, leads, events, latest, as_of, time_zone),
        "mart_lead_scores": latest[[*keys, "score", "grade"]].assign(
            scored_at=instants(latest["occurred_at"])
        ),
        "mart_lead_scoring_daily": days.groupby(["lead_scoring_model_id", "scored_date"], as_index=False).agg(
            leads_processed=("lead_id", "nunique")
        ),
    }


def _insights(
    world: World, leads: list[Lead], events: pd.DataFrame, latest: pd.DataFrame, as_of: date, time_zone: str
) -> pd.DataFrame:
    """Return one row per lead of any snapshot: as the newest snapshot has it, with later stage events."""
    changes = events[events["interaction_type"] == STAGE_CHANGED].sort_values("occurred_at", kind="stable")
    last_changes = changes.drop_duplicates("lead_id", keep="last").set_index("lead_id")
    stage_events = last_changes[["occurred_at", "stage"]].apply(tuple, axis=1).to_dict()
    ready = _ready(world, latest)
    end = world.begin + (world.snapshot_days[-1] + 1) * DAY

    def day(micros: int) -> date:
        return date.fromisoformat(str(local_dates(np.array([micros], dtype=np.int64), time_zone)[0]))

    rows = []
    for lead in leads:
        if lead.appears is None or lead.appears >= end:
            continue
        at, stage = stage_events.get(lead.lead_id, (-1, None))
        closed = lead.closed_before(end)
        over = day(closed) if closed is not None else as_of
        rows.append({
            "lead_id": lead.lead_id, "contact_id": world.contacts.contact_id[lead.contact],
            "topic": lead.topic, "stage": stage if at >= end else lead.stage_at(end - 1),
            "status": lead.status_before(end), "age_days": (over - day(lead.created_at)).days,
            "created_at": lead.created_at, "is_sales_ready": lead.lead_id in ready,
            **{name: lead.sources.get(name) for name in SOURCES},
        })  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame.assign(created_at=instants(frame["created_at"]))


def _ready(world: World, latest: pd.DataFrame) -> set[str]:
    """Return the leads that are ready: a latest score reaches its model's threshold, or for models without
    one the event says so."""
    least = latest["lead_scoring_model_id"].map(
        {
            model: score
            for model, score in threshold(world, world.snapshot_days[-1]).items()
            if score is not None
        }
    )
    by_flag = latest["is_sales_ready"].astype("boolean").fillna(False).astype(bool)
    return set(latest.loc[np.where(least.notna(), latest["score"] >= least, by_flag), "lead_id"])


def add_lead_events(leads: list[Lead], events: pd.DataFrame, interactions: AllInteractions) -> None:
    """Add the events to the list of all interactions."""
    columns = ("interaction_type", "occurred_at", "contact_id", "lead_id", "stage", "lead_scoring_model_id",
               "score", "grade")  # fmt: skip
    interactions.add(
        len(events),
        **{name: events[name].where(events[name].notna(), None).to_numpy() for name in columns},
        entity_id=events["lead_id"].to_numpy(),
        detail=events["stage"].where(events["stage"].notna(), None).to_numpy(),
    )
    interactions.name(
        "lead", {lead.lead_id: lead.topic for lead in leads if lead.appears is not None and lead.topic}
    )
