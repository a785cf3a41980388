"""Draws what happens besides emails and the web: journey tiles, segments, leads and consent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.events.arrivals import NOT_SEEN, arrivals
from simulator.events.crm.leads import lead_events, make_leads
from simulator.events.crm.segments import LEFT, MAILING_LIST, draw_segment_events, make_memberships
from simulator.events.crm.submissions import Submission
from simulator.events.email.model import UNSUBSCRIBED, Events, MessageIds, Messages
from simulator.events.journeys.model import Passes, Visits
from simulator.events.journeys.tile_events import draw_tile_events
from simulator.events.model import Marketing
from simulator.world.feeds import FEED_NUMBER
from simulator.world.model import DAY, World
from simulator.world.random_streams import stream


def make_marketing(
    world: World,
    passes: Passes,
    visits: Visits,
    messages: Messages,
    events: Events,
    message_ids: MessageIds,
    submissions: list[Submission],
    faults: frozenset[str],
) -> Marketing:
    """Draw the events of journeys, segments, leads and consent that arrive before the world ends."""
    leads = make_leads(world, messages, submissions)
    memberships = make_memberships(world, "hostile" in faults)
    return Marketing(
        world=world,
        leads=leads,
        memberships=memberships,
        tile_events=draw_tile_events(world, passes, visits, faults),
        segment_events=draw_segment_events(world, memberships, faults),
        unsubscribed=_unsubscribed(messages, events, message_ids),
        lead_events=lead_events(world, leads, faults),
        consents=_consents(world, faults),
    )


def _unsubscribed(messages: Messages, events: Events, message_ids: MessageIds) -> pd.DataFrame:
    """Return segment events for unsubscriptions from exported emails: in the export each one leaves the
    mailing list."""
    by_export = messages.feed[events.message] == FEED_NUMBER["dynamics365"]
    which = np.flatnonzero(by_export & (events.type == UNSUBSCRIBED))
    return pd.DataFrame({
        "interaction_type": LEFT, "occurred_at": events.at[which], "segment_id": MAILING_LIST,
        "contact_id": message_ids.contact_id[events.message[which]],
    })  # fmt: skip


def _consents(world: World, faults: frozenset[str]) -> pd.DataFrame:
    """Draw changes of consent levels."""
    rng = stream(world.seed, "consents")
    count = 2 + len(world.contacts) * world.days // 600
    at = np.sort(world.begin + (rng.random(count) * world.days * DAY).astype(np.int64) // 1_000 * 1_000)
    levels = rng.integers(6, size=count).tolist()
    frame = pd.DataFrame({
        "interaction_type": "consent_changed", "occurred_at": at,
        "contact_id": world.contacts.contact_id[rng.integers(len(world.contacts), size=count)],
        "properties": [{"consent_level": level} for level in levels],
        "arrives": arrivals(world, "consents", at, "late" in faults),
    })  # fmt: skip
    return frame[frame["arrives"] < NOT_SEEN].reset_index(drop=True)
