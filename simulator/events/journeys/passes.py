"""Draws how contacts pass through journeys: which tiles they reach, how long they wait, how they leave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.events.journeys.model import REASONS, Passes, VisitOutcome, Visits
from simulator.world.feeds import FEED_NUMBER, FEEDS
from simulator.world.model import DAY, NEVER, SECOND, World
from simulator.world.random_streams import stream

HOUR = 3600 * SECOND
PASSES_A_CONTACT_AND_DAY = 0.075
#: A pass ends after this many visits, so that no contact goes round a loop for ever.
LONGEST_PASS = 14
Longs = NDArray[np.int64]


def draw_passes(world: World) -> tuple[Passes, Visits]:
    """Draw every pass that starts within the world's days, with its visits up to the world's end."""
    passes = _starts(world)
    rng = stream(world.seed, "steps")
    parts: list[Visits] = []
    who = np.arange(len(passes))
    tile = np.array([_first_tile(world, j) for j in range(len(world.journeys))])[passes.journey]
    at = passes.start
    order = np.array([entry.order for entry in world.tiles])
    visit_counts = np.zeros((len(passes), order.max() + 1), dtype=np.int8)
    for _ in range(LONGEST_PASS):
        visit_counts[who, order[tile]] += 1
        visit = _visit(world, rng, who, tile, at, visit_counts[who, order[tile]])
        parts.append(visit)
        continuing = np.flatnonzero((visit.branch >= 0) & (visit.left_at + SECOND < world.end))
        who, at = who[continuing], visit.left_at[continuing] + SECOND
        tile = _branches(world)[1][tile[continuing], visit.branch[continuing]]
        if not len(who):
            break
    joined = [np.concatenate([getattr(part, name) for part in parts]) for name in Visits.__annotations__]
    in_time = np.lexsort((joined[2], joined[0]))
    return passes, Visits(*(column[in_time] for column in joined))


def _starts(world: World) -> Passes:
    rng = stream(world.seed, "walks")
    people = world.contacts
    count = max(30, round(len(people) * world.days * PASSES_A_CONTACT_AND_DAY))
    of_feed = np.array([journey.feed for journey in world.journeys])
    weights = np.array([feed.share for feed in FEEDS])[of_feed] / np.bincount(of_feed)[of_feed]
    journey = rng.choice(len(world.journeys), size=count, p=weights / weights.sum())
    start = world.begin + rng.integers(world.days, size=count) * DAY + time_of_day(rng, count)
    contact = rng.integers(len(people), size=count)
    # Only our own sender sends to contacts without an address; other passes get a contact that has one.
    reachable = np.flatnonzero(people.address >= 0)
    unreachable = (people.address[contact] < 0) & (of_feed[journey] != FEED_NUMBER["interactions"])
    contact[unreachable] = reachable[rng.integers(len(reachable), size=int(unreachable.sum()))]

    start = start // SECOND * SECOND
    order = np.argsort(start, kind="stable")
    journey, contact, start = journey[order], contact[order], start[order]
    iteration = rank(journey * len(people) + contact)
    # A contact passes once through a journey that does not recur.
    recurring = np.array([entry.is_recurring for entry in world.journeys])[journey]
    kept = recurring | (iteration == 0)
    return Passes(journey[kept], contact[kept], start[kept], iteration[kept])


def time_of_day(rng: np.random.Generator, count: int) -> Longs:
    """Draw times of day in microseconds: mostly office hours, some at any time, some within three minutes of
    midnight."""
    office = rng.normal(10.5 * 3600, 2.5 * 3600, size=count)
    kind = rng.random(count)
    seconds = np.where(kind < 0.85, office, rng.random(count) * 86_400)
    midnight = (kind > 0.97) * (rng.random(count) * 360 - 180)
    seconds = np.where(kind > 0.97, midnight, seconds) % 86_400
    return np.clip((seconds * SECOND).astype(np.int64), 0, DAY - 1)


def rank(keys: Longs) -> Longs:
    """Return each element's position among the equal elements before it, from 0."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])[: len(keys)]
    ranks = np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    result = np.empty(len(keys), dtype=np.int64)
    result[order] = ranks
    return result


def _first_tile(world: World, journey: int) -> int:
    return next(n for n, tile in enumerate(world.tiles) if tile.journey == journey and tile.parent < 0)


def _branches(world: World) -> tuple[NDArray[np.float64], Longs]:
    """Return two arrays by tile and branch: the cumulated share up to which it is taken, and the tile it
    leads to."""
    widest = max(1, *(len(tile.branches) for tile in world.tiles))
    upto = np.full((len(world.tiles), widest), 2.0)
    leads_to = np.full((len(world.tiles), widest), -1, dtype=np.int64)
    for number, tile in enumerate(world.tiles):
        for branch, (_, to, _) in enumerate(tile.branches):
            upto[number, branch] = sum(share for _, _, share in tile.branches[: branch + 1])
            leads_to[number, branch] = to
    return upto, leads_to


def _visit(
    world: World, rng: np.random.Generator, who: Longs, tile: Longs, at: Longs, visit_count: NDArray[np.int8]
) -> Visits:
    """Draw one visit for each contact in `who`. The second visit of a trigger takes no time and always goes
    on.

    turn: how often the contact has visited the tile in this pass, from 1.
    """
    count = len(who)
    kinds = np.array([entry.kind for entry in world.tiles], dtype=object)[tile]
    has_ways = np.array([len(entry.branches) for entry in world.tiles])[tile]
    hours = np.array([entry.hours for entry in world.tiles])[tile]
    again = (visit_count > 1) & (kinds == "trigger")
    wait = np.where(again, 0, rng.exponential(1.0, size=count) * hours * HOUR).astype(np.int64)
    left_at = at + wait // SECOND * SECOND

    drawn = rng.random(count)
    outcome = np.where(
        drawn < 0.015,
        VisitOutcome.BLOCKED,
        np.where(drawn < 0.02, VisitOutcome.FAILED, VisitOutcome.PROCESSED),
    )
    outcome = np.where(again, VisitOutcome.PROCESSED, outcome)
    reason = np.where(outcome == VisitOutcome.BLOCKED, rng.integers(-1, len(REASONS), size=count), -1)

    upto, _ = _branches(world)
    branch = (rng.random(count)[:, None] >= upto[tile]).sum(axis=1)
    # The third visit of a trigger takes its first branch, out of the loop.
    branch = np.where((visit_count > 2) & (kinds == "trigger"), 0, branch)
    branch = np.where((outcome == VisitOutcome.PROCESSED) & (has_ways > 0), branch, -1)
    waits = left_at >= world.end
    return Visits(
        journey_pass=who,
        tile=tile,
        entered_at=at,
        left_at=left_at,
        outcome=np.where(waits, VisitOutcome.WAITING, outcome),
        branch=np.where(waits, -1, branch),
        reason=np.where(waits, -1, reason),
    )


#: The share of the contacts that could be new who are.
_SHARE = 0.3


def created_on_day(world: World, passes: Passes) -> NDArray[np.int64]:
    """Return per contact the number of the day on which it was created, 0 for contacts from before the
    world's start.

    A new contact does nothing in a journey before that day, keeps one address, and shares it with nobody:
    nobody else's events depend on the day.
    """
    people = world.contacts
    first_pass_day = np.full(len(people), NEVER, dtype=np.int64)
    np.minimum.at(first_pass_day, passes.contact, (passes.start - world.begin) // DAY)
    holders = np.bincount(people.address[people.address >= 0], minlength=len(world.addresses))
    holders += np.bincount(people.later_address[people.changes_on_day < NEVER], minlength=len(holders))
    has_own_address = (
        (people.address >= 0) & (holders[people.address] == 1) & (people.changes_on_day >= NEVER)
    )
    in_time = (first_pass_day >= 1) & (first_pass_day <= world.snapshot_days[-1])
    chosen = stream(world.seed, "newcomers").random(len(people)) < _SHARE
    return np.where(has_own_address & in_time & chosen, first_pass_day, 0)
