"""What becomes of each message: drawn first, before any event exists.

Belongs here: which messages are attempted, to whom, when, and their fates. Does not belong here: the events
that tell a fate (`timeline.py`) or what the KPIs make of it (`truth.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from simulator.capabilities import Feed
from simulator.providers import FEED_NUMBER, FEEDS, OWN_BLOCKS
from simulator.streams import stream
from simulator.world import DAY, World

MESSAGES_A_CONTACT_AND_DAY = 0.15
SECOND = 1_000_000


class Fate(IntEnum):
    """The whole story of a message's delivery."""

    BLOCKED = 0
    FAILED = 1
    HARD = 2
    SOFT = 3
    OTHER = 4
    DELIVERED = 5
    UNCONFIRMED = 6
    SOFT_THEN_DELIVERED = 7
    SOFT_THEN_HARD = 8
    DELIVERED_THEN_HARD = 9
    DELIVERED_THEN_SOFT = 10
    DELIVERED_THEN_OTHER = 11


ASYNC = (Fate.DELIVERED_THEN_HARD, Fate.DELIVERED_THEN_SOFT, Fate.DELIVERED_THEN_OTHER)
#: UNCONFIRMED stays well under the half per cent at which a feed's delivery log counts as missing.
ODDS = {
    Fate.BLOCKED: 0.03, Fate.FAILED: 0.006, Fate.HARD: 0.015, Fate.SOFT: 0.012, Fate.OTHER: 0.004,
    Fate.UNCONFIRMED: 0.002, Fate.SOFT_THEN_DELIVERED: 0.006, Fate.SOFT_THEN_HARD: 0.002,
    Fate.DELIVERED_THEN_HARD: 0.002, Fate.DELIVERED_THEN_SOFT: 0.002, Fate.DELIVERED_THEN_OTHER: 0.004,
}  # fmt: skip


@dataclass(frozen=True)
class Messages:
    """Messages as parallel arrays, in the order they were attempted.

    iteration: the contact's n-th message from that tile. token: random bits that become the provider's
    message id. flavour: which of the provider's words tell the fate.
    """

    feed: NDArray[np.int64]
    journey: NDArray[np.int64]
    tile: NDArray[np.int64]
    email: NDArray[np.int64]
    contact: NDArray[np.int64]
    iteration: NDArray[np.int64]
    address: NDArray[np.int64]
    at: NDArray[np.int64]
    fate: NDArray[np.int64]
    flavour: NDArray[np.int64]
    token: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.feed)


def draw_messages(world: World, faults: frozenset[str]) -> Messages:
    """Every message attempted within the world's days."""
    rng = stream(world.seed, "messages")
    people = world.contacts
    count = max(40, round(len(people) * world.days * MESSAGES_A_CONTACT_AND_DAY))
    shares = np.array([feed.share for feed in FEEDS])
    tiles = np.array([(tile.journey, tile.email) for tile in world.tiles])
    of_feed = np.array([journey.feed for journey in world.journeys])[tiles[:, 0]]

    weights = shares[of_feed] / np.bincount(of_feed)[of_feed]
    tile = rng.choice(len(tiles), size=count, p=weights / weights.sum())
    day = rng.integers(world.days, size=count)
    at = world.begin + day * DAY + _time_of_day(rng, count)
    quantum = np.array([feed.quantum for feed in FEEDS])[of_feed[tile]]
    at = at // quantum * quantum
    order = np.argsort(at, kind="stable")
    tile, at, day = tile[order], at[order], day[order]
    feed = of_feed[tile]

    contact = rng.integers(len(people), size=count)
    address = people.address_on(contact, day)
    # Only our own sender tries contacts that have no address; the others get one who has.
    reachable = np.flatnonzero(people.address >= 0)
    stranded = (address < 0) & (feed != FEED_NUMBER["interactions"])
    contact[stranded] = reachable[rng.integers(len(reachable), size=int(stranded.sum()))]
    address = people.address_on(contact, day)

    fate = _draw_fates(rng, feed, faults)
    flavour = rng.integers(5_040, size=count)
    _block_by_contact(world, feed, contact, address, fate, flavour)
    return Messages(
        feed=feed,
        journey=tiles[tile, 0],
        tile=tile,
        email=tiles[tile, 1],
        contact=contact,
        iteration=_rank(tile * len(people) + contact),
        address=address,
        at=at,
        fate=fate,
        flavour=flavour,
        token=rng.integers(1 << 63, size=(count, 2), dtype=np.uint64),
    )


def _time_of_day(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Mostly office hours, some at any time, some within three minutes of midnight."""
    office = rng.normal(10.5 * 3600, 2.5 * 3600, size=count)
    kind = rng.random(count)
    seconds = np.where(kind < 0.85, office, rng.random(count) * 86_400)
    midnight = (kind > 0.97) * (rng.random(count) * 360 - 180)
    seconds = np.where(kind > 0.97, midnight, seconds) % 86_400
    return np.clip((seconds * SECOND).astype(np.int64), 0, DAY - 1)


def _draw_fates(
    rng: np.random.Generator, feed: NDArray[np.int64], faults: frozenset[str]
) -> NDArray[np.int64]:
    """A fate for each message, of those its feed can tell; what it cannot tell is a delivery."""
    odds = dict(ODDS)
    if "async_bounce" in faults:
        odds |= {fate: odds[fate] * 15 for fate in ASYNC}
    edges = np.cumsum(list(odds.values()))
    kinds = np.array([*odds, Fate.DELIVERED], dtype=np.int64)
    fate = kinds[np.searchsorted(edges, rng.random(len(feed)), side="right")]
    for number, provider in enumerate(FEEDS):
        beyond = [f for f in odds if not _can_tell(provider, f, faults)]
        fate[(feed == number) & np.isin(fate, beyond)] = Fate.DELIVERED
    return fate


def reports_delivery(feed: Feed, faults: frozenset[str]) -> bool:
    """Whether the feed's delivered events reach the landing zone."""
    return feed.says_delivered and not (feed.name == "sendgrid" and "no_delivery_log" in faults)


def _can_tell(feed: Feed, fate: Fate, faults: frozenset[str]) -> bool:
    needs = {
        Fate.BLOCKED: feed.blocked, Fate.FAILED: feed.failed, Fate.HARD: feed.hard, Fate.SOFT: feed.soft,
        Fate.OTHER: feed.other, Fate.UNCONFIRMED: True, Fate.SOFT_THEN_DELIVERED: feed.soft,
        Fate.SOFT_THEN_HARD: feed.soft and feed.hard, Fate.DELIVERED_THEN_HARD: feed.hard,
        Fate.DELIVERED_THEN_SOFT: feed.soft, Fate.DELIVERED_THEN_OTHER: feed.other,
    }  # fmt: skip
    without_log = (Fate.UNCONFIRMED, Fate.SOFT_THEN_DELIVERED, *ASYNC)
    if fate in without_log and not reports_delivery(feed, faults):
        return False
    return bool(needs[fate])


def _block_by_contact(
    world: World,
    feed: NDArray[np.int64],
    contact: NDArray[np.int64],
    address: NDArray[np.int64],
    fate: NDArray[np.int64],
    flavour: NDArray[np.int64],
) -> None:
    """Our own sender's blocks: by preference, by missing address, else one of the other reasons."""
    own = feed == FEED_NUMBER["interactions"]
    drawn = own & (fate == Fate.BLOCKED)
    flavour[drawn] = 2 + flavour[drawn] % (len(OWN_BLOCKS) - 2)
    unwilling = own & world.contacts.do_not_bulk_email[contact]
    fate[unwilling], flavour[unwilling] = Fate.BLOCKED, OWN_BLOCKS.index("do_not_bulk_email")
    nowhere = own & (address < 0)
    fate[nowhere], flavour[nowhere] = Fate.BLOCKED, OWN_BLOCKS.index("missing_address")


def _rank(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each element's ordinal among the equal ones before it."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ranks = np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    result = np.empty(len(keys), dtype=np.int64)
    result[order] = ranks
    return result
