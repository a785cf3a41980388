"""The expected journey, segment and lead marts, and these events in the list of all interactions."""

from __future__ import annotations

from datetime import date

import pandas as pd

from simulator.events.model import Marketing
from simulator.truth import journeys
from simulator.truth.crm import leads, segments
from simulator.truth.interactions import AllInteractions
from simulator.world.model import World


def tables(
    world: World, marketing: Marketing, messages: pd.DataFrame, as_of: date, time_zone: str, detail: bool
) -> dict[str, pd.DataFrame]:
    """Every journey, segment and lead mart by name; the one with a row per pass only with `detail`."""
    passes = journeys.passes(marketing.tile_events, time_zone)
    frames = journeys.tables(world, passes, messages)
    frames |= leads.tables(world, marketing.leads, marketing.lead_events, as_of, time_zone)
    frames["mart_segment_daily"] = segments.daily(
        world, marketing.memberships, _segment_events(marketing), as_of, time_zone
    )
    frames["mart_email_segment_kpis"] = segments.email_kpis(
        world, marketing.memberships, _segment_events(marketing), messages, time_zone
    )
    if detail:
        frames["mart_journey_tile_contacts"] = journeys.tile_contacts(passes)
    return frames


def add_marketing(world: World, marketing: Marketing, interactions: AllInteractions) -> None:
    """Add every event about journeys, segments, leads and consent to the list of all interactions."""
    journeys.add_tile_events(world, marketing.tile_events, interactions)
    segments.add_segment_events(marketing.memberships, _segment_events(marketing), interactions)
    leads.add_lead_events(marketing.leads, marketing.lead_events, interactions)
    consents = marketing.consents
    interactions.add(
        len(consents),
        interaction_type="consent_changed",
        occurred_at=consents["occurred_at"].to_numpy(),
        contact_id=consents["contact_id"].to_numpy(),
        entity_id=consents["contact_id"].to_numpy(),
    )


def _segment_events(marketing: Marketing) -> pd.DataFrame:
    """Segment events, with the unsubscriptions that leave the export's mailing list."""
    return pd.concat([marketing.segment_events, marketing.unsubscribed], ignore_index=True)
