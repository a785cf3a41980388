"""Segments and their members. The CRM reports them, join and leave events do, daily counts do, or several of
these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.events.arrivals import NOT_SEEN, arrivals
from simulator.world.catalogue import HOSTILE
from simulator.world.model import DAY, SECOND, World
from simulator.world.random_streams import stream

#: Unsubscribing from an email that the interaction export reports leaves this segment.
MAILING_LIST = "segment-8"
JOINED, LEFT, COUNTED = "segment_joined", "segment_left", "segment_members_counted"


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment and what reports it. logs_changes: join and leave events. logs_counts: events with the number
    of members. exported: its events come by the interaction export instead of the native format."""

    segment_id: str
    name: str
    segment_type: str
    in_crm: bool = False
    has_members: bool = True
    logs_changes: bool = False
    logs_counts: bool = False
    exported: bool = False


@dataclass(frozen=True)
class Memberships:
    """The segments, and every join and leave in order of time: `segment` and `contact` as numbers, `at`, and
    `comes` (True: a join)."""

    segments: tuple[Segment, ...]
    changes: pd.DataFrame


def make_memberships(world: World, hostile: bool) -> Memberships:
    """Draw who joins and leaves which segment within the world's days. Earlier members join right after its
    start."""
    segments = (
        Segment("segment-1", HOSTILE[0] if hostile else "Customers", "static", in_crm=True),
        Segment("segment-2", "Readers", "dynamic", logs_changes=True),
        Segment("segment-3", "Visitors", "compound", logs_changes=True, logs_counts=True),
        Segment("segment-4", "Newsletter", "subscription_list", in_crm=True, logs_changes=True),
        Segment("segment-5", "Nobody yet", "dynamic", in_crm=True, has_members=False),
        Segment("segment-6", "Prospects", "dynamic", logs_counts=True, exported=True),
        Segment("segment-7", "Subscribers", "dynamic", logs_changes=True, exported=True),
        Segment(MAILING_LIST, "Mailing list", "subscription_list", logs_changes=True, exported=True),
    )
    rng = stream(world.seed, "memberships")
    parts: list[pd.DataFrame] = []
    for number, segment in enumerate(segments):
        if segment.has_members:
            parts.append(_changes(world, rng, number))
    changes = pd.concat(parts, ignore_index=True)
    return Memberships(segments, changes.sort_values(["at", "segment", "contact"], ignore_index=True))


def _changes(world: World, rng: np.random.Generator, segment: int) -> pd.DataFrame:
    """Draw joins of a tenth of the contacts; half of them leave, and some of these join again."""
    people = len(world.contacts)
    who = np.unique(np.r_[0, rng.integers(people, size=max(2, people // 10))])
    joins = world.begin + (rng.random(len(who)) * world.days * DAY).astype(np.int64) // 1_000 * 1_000
    # The first contact is a member from the start and stays, so that no segment is empty.
    joins[0] = world.begin + 1_000
    pauses = rng.exponential(world.days / 3, size=(2, len(who))) * DAY
    leaves, again = joins + SECOND + np.cumsum(pauses.astype(np.int64) // 1_000 * 1_000, axis=0)
    left = (rng.random(len(who)) < 0.5) & (np.arange(len(who)) > 0)
    back = left & (rng.random(len(who)) < 0.3)
    frame = pd.DataFrame({
        "segment": segment,
        "contact": np.concatenate([who, who[left], who[back]]),
        "at": np.concatenate([joins, leaves[left], again[back]]),
        "comes": np.repeat([True, False, True], [len(who), left.sum(), back.sum()]),
    })  # fmt: skip
    return frame[frame["at"] < world.end]


def draw_segment_events(world: World, memberships: Memberships, faults: frozenset[str]) -> pd.DataFrame:
    """Return the join, leave and count events that arrive within the world, one row each with the native
    format's fields."""
    changes = memberships.changes
    logs_changes = np.array([segment.logs_changes for segment in memberships.segments])
    logged = changes[logs_changes[changes["segment"]]]
    names = np.array([segment.segment_id for segment in memberships.segments], dtype=object)
    segment_events = pd.DataFrame({
        "interaction_type": np.where(logged["comes"], JOINED, LEFT), "occurred_at": logged["at"],
        "segment_id": names[logged["segment"]], "contact_id": world.contacts.contact_id[logged["contact"]],
    })  # fmt: skip
    frame = pd.concat([segment_events, pd.DataFrame(_counts(world, memberships))], ignore_index=True)
    frame["members_count"] = frame["members_count"].astype("Int64")
    by_export = {segment.segment_id: segment.exported for segment in memberships.segments}
    frame["exported"] = frame["segment_id"].map(by_export)
    at = frame["occurred_at"].to_numpy(dtype=np.int64)
    # The interaction export has whole seconds.
    at = np.where(frame["exported"], at // SECOND * SECOND, at)
    frame["occurred_at"] = at
    frame["arrives"] = arrivals(world, "segments", at, "late" in faults)
    if "missing_ids" in faults:
        unidentified = stream(world.seed, "missing members").random(len(frame)) < 0.02
        frame.loc[unidentified, "contact_id"] = None
    return frame[frame["arrives"] < NOT_SEEN].reset_index(drop=True)


def _counts(world: World, memberships: Memberships) -> Iterator[dict[str, object]]:
    """Yield count events at noon and right before midnight; one day in five has none."""
    rng = stream(world.seed, "member counts")
    for number, segment in enumerate(memberships.segments):
        for day in range(world.days if segment.logs_counts else 0):
            counted = rng.random() < 0.8
            for at in (world.begin + day * DAY + DAY // 2, world.begin + (day + 1) * DAY - 1_000):
                if counted:
                    yield {
                        "interaction_type": COUNTED, "occurred_at": at, "segment_id": segment.segment_id,
                        "members_count": int(_members(memberships, number, at).size),
                    }  # fmt: skip


def _members(memberships: Memberships, segment: int, at: int) -> np.ndarray:
    """Return the numbers of the contacts who are members at an instant, sorted."""
    changes = memberships.changes
    until = changes[(changes["segment"] == segment) & (changes["at"] <= at)]
    last = until.drop_duplicates("contact", keep="last")
    return np.sort(last.loc[last["comes"], "contact"].to_numpy(dtype=np.int64))


def members_on(world: World, memberships: Memberships, day: int) -> dict[str, list[str]]:
    """Return the contact ids in each segment that the CRM has, as of the end of a day."""
    end = world.begin + (day + 1) * DAY - 1
    return {
        segment.segment_id: world.contacts.contact_id[_members(memberships, number, end)].tolist()
        for number, segment in enumerate(memberships.segments)
        if segment.in_crm
    }
