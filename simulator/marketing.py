"""The marketing system beside its e-mails: journeys, segments, leads and consent, put together.

Belongs here: what is told of all of them, to feeds and to the truth. Does not belong here: how any of them
goes (`passes.py`, `segments.py`, `lead_stories.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from simulator.events.arrivals import NOT_SEEN, arrivals
from simulator.events.crm.leads import Lead, lead_events, make_leads, tell_leads
from simulator.events.crm.segments import (
    LEFT,
    MAILING_LIST,
    Memberships,
    make_memberships,
    segment_events,
    tell_segments,
)
from simulator.events.crm.submissions import Submission
from simulator.events.email.correlation_ids import Labels
from simulator.events.email.event_log import UNSUBSCRIBED, Events
from simulator.events.email.messages import Messages
from simulator.events.journeys.passes import Steps, Walks
from simulator.events.journeys.tile_events import pass_events, tell_passes
from simulator.files.export.rows import Row, boost_rows, pass_rows, segment_rows
from simulator.files.records.native import Arriving, native
from simulator.truth import journeys
from simulator.truth.crm import leads as truth_leads
from simulator.truth.crm import segments
from simulator.truth.interactions import InteractionsTold
from simulator.world.feeds import FEED_NUMBER
from simulator.world.random_streams import stream
from simulator.world.world import DAY, World


@dataclass(frozen=True)
class Marketing:
    """Leads and memberships, and the events that are seen of everything, as frames of native fields."""

    world: World
    leads: list[Lead]
    memberships: Memberships
    passes: pd.DataFrame
    moves: pd.DataFrame
    unsubscribed: pd.DataFrame
    lead_events: pd.DataFrame
    consents: pd.DataFrame

    def native(self) -> Arriving:
        """What our own system writes of it."""
        return [
            *native(_own(self.passes), "pass"),
            *native(_own(self.moves), "member"),
            *native(_own(self.lead_events), "lead"),
            *native(self.consents, "consent"),
        ]

    def exported(self) -> Iterator[Row]:
        """What the interaction export says of it; its e-mails' unsubscriptions say the rest."""
        yield from pass_rows(self.world, self.passes[self.passes["exported"]])
        yield from segment_rows(self.moves[self.moves["exported"]])
        yield from boost_rows(self.lead_events[self.lead_events["exported"]])

    def tell(self, told: InteractionsTold) -> None:
        """Adds everything to the list of all interactions."""
        tell_passes(self.world, self.passes, told)
        tell_segments(self.memberships, self._all_moves(), told)
        tell_leads(self.leads, self.lead_events, told)
        told.add(
            len(self.consents),
            interaction_type="consent_changed",
            occurred_at=self.consents["occurred_at"].to_numpy(),
            contact_id=self.consents["contact_id"].to_numpy(),
            entity_id=self.consents["contact_id"].to_numpy(),
        )

    def _all_moves(self) -> pd.DataFrame:
        """Segment events, with those that unsubscriptions are."""
        return pd.concat([self.moves, self.unsubscribed], ignore_index=True)

    def tables(
        self, messages: pd.DataFrame, as_of: date, time_zone: str, detail: bool
    ) -> dict[str, pd.DataFrame]:
        """The expected journey, segment and lead marts; without `detail` not the one with a row per pass."""
        world = self.world
        passes = journeys.passes(self.passes, time_zone)
        frames = journeys.tables(world, passes, messages)
        frames |= truth_leads.tables(world, self.leads, self.lead_events, as_of, time_zone)
        frames["mart_segment_daily"] = segments.daily(
            world, self.memberships, self._all_moves(), as_of, time_zone
        )
        if detail:
            frames["mart_journey_tile_contacts"] = journeys.tile_contacts(passes)
        return frames


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


def _own(events: pd.DataFrame) -> pd.DataFrame:
    return events[~events["exported"]]


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
