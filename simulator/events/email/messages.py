"""What becomes of each message: drawn first, before any event exists.

Belongs here: which messages are attempted, to whom, when, and their fates. Does not belong here: the events
that tell a fate (`timeline.py`) or what the KPIs make of it (`truth.py`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.events.email.model import Fate, Messages
from simulator.events.journeys.model import Steps, Walks
from simulator.world.feed import Feed
from simulator.world.feeds import FEED_NUMBER, FEEDS, OWN_BLOCKS
from simulator.world.model import DAY, SECOND, World
from simulator.world.random_streams import stream

ASYNC = (Fate.DELIVERED_THEN_HARD, Fate.DELIVERED_THEN_SOFT, Fate.DELIVERED_THEN_OTHER)
#: UNCONFIRMED stays well under the half per cent at which a feed's delivery log counts as missing.
ODDS = {
    Fate.BLOCKED: 0.03, Fate.FAILED: 0.006, Fate.HARD: 0.015, Fate.SOFT: 0.012, Fate.OTHER: 0.004,
    Fate.UNCONFIRMED: 0.002, Fate.SOFT_THEN_DELIVERED: 0.006, Fate.SOFT_THEN_HARD: 0.002,
    Fate.DELIVERED_THEN_HARD: 0.002, Fate.DELIVERED_THEN_SOFT: 0.002, Fate.DELIVERED_THEN_OTHER: 0.004,
}  # fmt: skip


def draw_messages(world: World, walks: Walks, steps: Steps, faults: frozenset[str]) -> Messages:
    """Every message attempted within the world's days: one per visit of an email's tile."""
    rng = stream(world.seed, "messages")
    people = world.contacts
    emails = np.array([tile.email for tile in world.tiles])[steps.tile]
    sending = np.flatnonzero(emails >= 0)
    walk, tile = steps.walk[sending], steps.tile[sending]
    journey = walks.journey[walk]
    feed = np.array([entry.feed for entry in world.journeys])[journey]
    quantum = np.array([entry.quantum for entry in FEEDS])[feed]
    at = steps.entered_at[sending] + rng.integers(SECOND, size=len(sending))
    at = at // quantum * quantum
    contact = walks.contact[walk]
    address = people.address_on(contact, (at - world.begin) // DAY)

    fate = _draw_fates(rng, feed, faults)
    flavour = rng.integers(5_040, size=len(sending))
    _block_by_contact(world, feed, contact, address, fate, flavour)
    token = rng.integers(1 << 63, size=(len(sending), 2), dtype=np.uint64)
    order = np.argsort(at, kind="stable")
    return Messages(
        feed=feed[order],
        journey=journey[order],
        tile=tile[order],
        email=emails[sending][order],
        contact=contact[order],
        iteration=walks.iteration[walk][order],
        address=address[order],
        at=at[order],
        fate=fate[order],
        flavour=flavour[order],
        token=token[order],
    )


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
