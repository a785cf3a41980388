"""The expected lead timeline: events of the lead, changes between its CRM snapshots, and its contact's
interactions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.events.crm.leads import SCORED, STAGE_CHANGED, Lead
from simulator.events.email.model import UNKNOWN
from simulator.truth.interactions import AllInteractions
from simulator.truth.rows import instants
from simulator.world.model import DAY, World

_COLUMNS = ["lead_id", "occurred_at", "interaction_type", "change", "stage_before", "stage",
            "lead_scoring_model_id", "score_before", "score", "grade", "entity_type", "entity_id",
            "entity_name", "detail", "is_machine"]  # fmt: skip
_CHANGES = ["stage_before", "stage", "lead_scoring_model_id", "score_before", "score", "grade"]


def lead_timeline(world: World, leads: list[Lead], interactions: AllInteractions) -> pd.DataFrame:
    """Return a row per lead and interaction."""
    frame = interactions.frame().reset_index(names="number")
    own = frame[frame["lead_id"].notna()].copy()
    own["change"] = own["interaction_type"].map({STAGE_CHANGED: "stage", SCORED: "score"})
    own["change"] = own["change"].fillna("interaction")
    own = _scores(_stages(own, _snapshot_stages(world, leads, interactions)))

    end = world.begin + (world.snapshot_days[-1] + 1) * DAY
    known = [lead for lead in leads if lead.appears is not None and lead.appears < end]
    contacts = pd.DataFrame({
        "of_lead": [lead.lead_id for lead in known],
        "contact_id": [world.contacts.contact_id[lead.contact] for lead in known],
    })  # fmt: skip
    of_contacts = frame.merge(contacts, on="contact_id")
    of_contacts = of_contacts[of_contacts["lead_id"] != of_contacts["of_lead"]].drop(columns="lead_id")
    of_contacts = of_contacts.rename(columns={"of_lead": "lead_id"}).assign(change="interaction")
    # An interaction that changes another lead of the same contact changes nothing on this one.
    of_contacts = of_contacts.drop(columns=[name for name in _CHANGES if name in of_contacts])
    rows = pd.concat([own, of_contacts], ignore_index=True)
    rows = rows.sort_values(["lead_id", "occurred_at", "interaction_type", "entity_id", "detail"])
    return rows[_COLUMNS].assign(occurred_at=instants(rows["occurred_at"]))


def _snapshot_stages(world: World, leads: list[Lead], interactions: AllInteractions) -> pd.DataFrame:
    """Return a row per snapshot and lead with the lead's stage, dated at the end of the snapshot's day."""
    rows = [
        {"lead_id": lead.lead_id, "occurred_at": end - 1, "stage": lead.stage_at(end - 1)}
        for end in (world.begin + (day + 1) * DAY for day in world.snapshot_days)
        for lead in leads
        if lead.appears is not None and lead.appears < end
    ]
    frame = pd.DataFrame(rows)
    names = pd.Series([interactions.name_of("lead", lead) for lead in frame["lead_id"]], dtype=object)
    return frame.assign(
        interaction_type=STAGE_CHANGED, change="stage", entity_type="lead", entity_id=frame["lead_id"],
        entity_name=names, detail=frame["stage"], is_machine=False, is_snapshot=True,
    )  # fmt: skip


def _stages(own: pd.DataFrame, snapshots: pd.DataFrame) -> pd.DataFrame:
    """Return the rows, with the snapshots whose stage differs from the one known before."""
    own = own.assign(is_snapshot=False)
    changes = pd.concat([own[own["change"] == "stage"], snapshots], ignore_index=True)
    changes = changes.sort_values(["lead_id", "occurred_at", "is_snapshot"], kind="stable")
    changes["stage_before"] = changes.groupby("lead_id")["stage"].shift()
    new = changes["stage_before"].isna() | (changes["stage"] != changes["stage_before"])
    changes = changes[~changes["is_snapshot"] | new]
    return pd.concat([own[own["change"] != "stage"], changes], ignore_index=True)


def _scores(own: pd.DataFrame) -> pd.DataFrame:
    """Return the rows, with the lead's previous score by the same model."""
    scored = own["change"] == "score"
    own.loc[scored, "lead_scoring_model_id"] = own.loc[scored, "lead_scoring_model_id"].fillna(UNKNOWN)
    ordered = own[scored].sort_values("occurred_at", kind="stable")
    own["score_before"] = np.nan
    before = ordered.groupby(["lead_id", "lead_scoring_model_id"])["score"].shift()
    own.loc[before.index, "score_before"] = before
    # The score of a survey is not a lead's.
    own.loc[~scored, "score"] = np.nan
    return own
