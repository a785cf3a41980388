"""The expected dimensions of segments, leads and scoring models: CRM entities, and ids that only events
mention."""

from __future__ import annotations

import pandas as pd

from simulator.events.crm.leads import MODELS, Lead, threshold
from simulator.events.crm.segments import Memberships
from simulator.events.email.model import UNKNOWN
from simulator.truth.interactions import AllInteractions
from simulator.world.model import DAY, World


def dimensions(
    world: World, memberships: Memberships, leads: list[Lead], interactions: AllInteractions
) -> dict[str, pd.DataFrame]:
    """Return each dimension, with a row for missing ids and rows without attributes for ids that the CRM
    does not have."""
    frame = interactions.frame()
    day = world.snapshot_days[-1]
    end = world.begin + (day + 1) * DAY
    scored = frame.loc[frame["interaction_type"] == "lead_scored", "lead_scoring_model_id"]
    segments = frame.loc[frame["entity_type"] == "segment", "entity_id"]
    return {
        "dim_segment": _rows("segment_id", segments, {
            entry.segment_id: {"name": entry.name, "segment_type": entry.segment_type}
            for entry in memberships.segments if entry.in_crm
        }),
        "dim_lead_scoring_model": _rows("lead_scoring_model_id", scored, {
            model.lead_scoring_model_id: {
                "name": model.name, "sales_ready_score": threshold(world, day)[model.lead_scoring_model_id]
            }
            for model in MODELS if model.in_crm
        }),
        "dim_lead": _rows("lead_id", frame["lead_id"], {
            lead.lead_id: {
                "contact_id": world.contacts.contact_id[lead.contact], "topic": lead.topic,
                "status": lead.status_before(end),
            }
            for lead in leads if lead.appears is not None and lead.appears < end
        }),
    }  # fmt: skip


def _rows(key: str, mentioned: pd.Series, known: dict[str, dict[str, object]]) -> pd.DataFrame:
    names = sorted({UNKNOWN, *mentioned.dropna(), *known})
    columns = next(iter(known.values()))
    return pd.DataFrame([{key: name, **known.get(name, dict.fromkeys(columns))} for name in names])
