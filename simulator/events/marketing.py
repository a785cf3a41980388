"""The marketing system beside its e-mails: journeys, segments, leads and consent, put together.

Belongs here: what is told of all of them, to feeds and to the truth. Does not belong here: how any of them
goes (`passes.py`, `segments.py`, `lead_stories.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.events.arrivals import NOT_SEEN, arrivals
from simulator.events.crm.leads import lead_events, make_leads
from simulator.events.crm.segments import LEFT, MAILING_LIST, make_memberships, segment_events
from simulator.events.crm.submissions import Submission
from simulator.events.email.model import UNSUBSCRIBED, Events, Labels, Messages
from simulator.events.journeys.model import Steps, Walks
from simulator.events.journeys.tile_events import pass_events
from simulator.events.model import Marketing
from simulator.world.feeds import FEED_NUMBER
from simulator.world.model import DAY, World
from simulator.world.random_streams import stream


def make_marketing(
    world: World,
    walks: Walks,
    steps: Steps,
    messages: Messages,
    events: Events,
    labels: Labels,
    submissions: list[Submission],
    faults: frozenset[str],
) -> Marketing:
    """Everything that happens in the marketing system, and what is seen of it."""
    leads = make_leads(world, messages, submissions)
    memberships = make_memberships(world, "hostile" in faults)
    return Marketing(
        world=world,
        leads=leads,
        memberships=memberships,
        passes=pass_events(world, walks, steps, faults),
        moves=segment_events(world, memberships, faults),
        unsubscribed=_unsubscribed(messages, events, labels),
        lead_events=lead_events(world, leads, faults),
        consents=_consents(world, faults),
    )


def _unsubscribed(messages: Messages, events: Events, labels: Labels) -> pd.DataFrame:
    """In the export, to unsubscribe from an e-mail is to leave its mailing list."""
    by_export = messages.feed[events.message] == FEED_NUMBER["dynamics365"]
    which = np.flatnonzero(by_export & (events.type == UNSUBSCRIBED))
    return pd.DataFrame({
        "interaction_type": LEFT, "occurred_at": events.at[which], "segment_id": MAILING_LIST,
        "contact_id": labels.contact_id[events.message[which]],
    })  # fmt: skip


def _consents(world: World, faults: frozenset[str]) -> pd.DataFrame:
    """A few people change what they agree to."""
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
