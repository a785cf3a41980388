"""The expected contact marts about emails, the timeline of contacts, and their interactions per day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.events.email.model import UNKNOWN
from simulator.truth.email.kpis import COUNTS, email_counts
from simulator.truth.interactions import AllInteractions
from simulator.truth.rows import instants, local_dates
from simulator.world.model import World


def email_kpis(messages: pd.DataFrame, suppressed: pd.DataFrame) -> pd.DataFrame:
    """Return the email counts per contact, and the suppression of its address; contacts with messages or a
    suppressed address."""
    counts = email_counts(messages, ["contact_id"])
    frame = counts.merge(suppressed, how="outer", on="contact_id")
    frame[list(COUNTS)] = frame[list(COUNTS)].fillna(0).astype(np.int64)
    frame["suppression_status"] = frame["suppression_status"].fillna("none")
    stamps = pd.to_datetime(frame["suppressed_until"], utc=True)
    texts = stamps.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ").astype(object)
    return frame.assign(suppressed_until=texts.where(stamps.notna(), None))


def add_emails(world: World, events: pd.DataFrame, interactions: AllInteractions) -> None:
    """Add the email events to the list of all interactions."""
    interactions.add(
        len(events),
        interaction_type=events["interaction_type"].to_numpy(),
        occurred_at=events["occurred_at"].to_numpy(),
        contact_id=events["contact_id"].where(events["contact_id"] != UNKNOWN, None).to_numpy(),
        entity_id=events["email_id"].to_numpy(),
        detail=events["link_url"].fillna(events["reason"]).to_numpy(),
    )
    interactions.name("email", {email.email_id: email.name for email in world.emails})


def timeline(interactions: AllInteractions) -> pd.DataFrame:
    """Return a row per interaction of a known contact."""
    frame = interactions.frame()
    frame = frame[frame["contact_id"].notna()]
    frame = frame.sort_values(["contact_id", "occurred_at", "interaction_type", "entity_id", "detail"])
    columns = ["contact_id", "interaction_type", "entity_type", "entity_id", "entity_name", "detail"]
    return frame[columns].assign(occurred_at=instants(frame["occurred_at"]))


def interactions_daily(interactions: AllInteractions, time_zone: str) -> pd.DataFrame:
    """Return the number of interactions per contact, type and day."""
    frame = interactions.frame()
    frame = frame[frame["contact_id"].notna()]
    dated = frame.assign(interaction_date=local_dates(frame["occurred_at"].to_numpy(), time_zone))
    keys = ["contact_id", "interaction_type", "interaction_date"]
    return dated.groupby(keys, as_index=False).size().rename(columns={"size": "interactions"})
