"""Draws the messages that are sent, and how the delivery of each one ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.events.email.model import Delivery, Messages
from simulator.events.journeys.model import Passes, Visits
from simulator.world.feed import Feed
from simulator.world.feeds import FEED_NUMBER, FEEDS, OWN_BLOCKS
from simulator.world.model import DAY, SECOND, World
from simulator.world.random_streams import stream

BOUNCED_LATER = (Delivery.DELIVERED_THEN_HARD, Delivery.DELIVERED_THEN_SOFT, Delivery.DELIVERED_THEN_OTHER)
#: UNCONFIRMED stays well under the half percent at which a feed's delivery log counts as missing.
SHARES = {
    Delivery.BLOCKED: 0.03, Delivery.FAILED: 0.006, Delivery.HARD: 0.015, Delivery.SOFT: 0.012,
    Delivery.OTHER: 0.004,
    Delivery.UNCONFIRMED: 0.002, Delivery.SOFT_THEN_DELIVERED: 0.006, Delivery.SOFT_THEN_HARD: 0.002,
    Delivery.DELIVERED_THEN_HARD: 0.002, Delivery.DELIVERED_THEN_SOFT: 0.002,
    Delivery.DELIVERED_THEN_OTHER: 0.004,
}  # fmt: skip


def draw_messages(world: World, passes: Passes, visits: Visits, faults: frozenset[str]) -> Messages:
    """Draw one message per visit of an email's tile within the world's days."""
    rng = stream(world.seed, "messages")
    people = world.contacts
    emails = np.array([tile.email for tile in world.tiles])[visits.tile]
    sending = np.flatnonzero(emails >= 0)
    journey_pass, tile = visits.journey_pass[sending], visits.tile[sending]
    journey = passes.journey[journey_pass]
    feed = np.array([entry.feed for entry in world.journeys])[journey]
    quantum = np.array([entry.quantum for entry in FEEDS])[feed]
    at = visits.entered_at[sending] + rng.integers(SECOND, size=len(sending))
    at = at // quantum * quantum
    contact = passes.contact[journey_pass]
    address = people.address_on(contact, (at - world.begin) // DAY)

    outcome = _draw_outcomes(rng, feed, faults)
    variant = rng.integers(5_040, size=len(sending))
    _block_by_contact(world, feed, contact, address, outcome, variant)
    token = rng.integers(1 << 63, size=(len(sending), 2), dtype=np.uint64)
    order = np.argsort(at, kind="stable")
    return Messages(
        feed=feed[order],
        journey=journey[order],
        tile=tile[order],
        email=emails[sending][order],
        contact=contact[order],
        iteration=passes.iteration[journey_pass][order],
        address=address[order],
        at=at[order],
        outcome=outcome[order],
        variant=variant[order],
        token=token[order],
    )


def _draw_outcomes(
    rng: np.random.Generator, feed: NDArray[np.int64], faults: frozenset[str]
) -> NDArray[np.int64]:
    """Draw how each delivery ends, among the outcomes that its feed can report; all others become
    DELIVERED."""
    shares = dict(SHARES)
    if "async_bounce" in faults:
        shares |= {outcome: shares[outcome] * 15 for outcome in BOUNCED_LATER}
    edges = np.cumsum(list(shares.values()))
    kinds = np.array([*shares, Delivery.DELIVERED], dtype=np.int64)
    outcome = kinds[np.searchsorted(edges, rng.random(len(feed)), side="right")]
    for number, provider in enumerate(FEEDS):
        unreported = [f for f in shares if not _can_report(provider, f, faults)]
        outcome[(feed == number) & np.isin(outcome, unreported)] = Delivery.DELIVERED
    return outcome


def reports_delivery(feed: Feed, faults: frozenset[str]) -> bool:
    """Return whether the feed's delivered events reach the landing zone."""
    return feed.reports_delivered and not (feed.name == "sendgrid" and "no_delivery_log" in faults)


def _can_report(feed: Feed, outcome: Delivery, faults: frozenset[str]) -> bool:
    needs = {
        Delivery.BLOCKED: feed.blocked, Delivery.FAILED: feed.failed, Delivery.HARD: feed.hard,
        Delivery.SOFT: feed.soft,
        Delivery.OTHER: feed.other, Delivery.UNCONFIRMED: True, Delivery.SOFT_THEN_DELIVERED: feed.soft,
        Delivery.SOFT_THEN_HARD: feed.soft and feed.hard, Delivery.DELIVERED_THEN_HARD: feed.hard,
        Delivery.DELIVERED_THEN_SOFT: feed.soft, Delivery.DELIVERED_THEN_OTHER: feed.other,
    }  # fmt: skip
    without_log = (Delivery.UNCONFIRMED, Delivery.SOFT_THEN_DELIVERED, *BOUNCED_LATER)
    if outcome in without_log and not reports_delivery(feed, faults):
        return False
    return bool(needs[outcome])


def _block_by_contact(
    world: World,
    feed: NDArray[np.int64],
    contact: NDArray[np.int64],
    address: NDArray[np.int64],
    outcome: NDArray[np.int64],
    variant: NDArray[np.int64],
) -> None:
    """Change the blocks of our own sender in place: by the contact's preference, by a missing address, else
    by another reason."""
    own = feed == FEED_NUMBER["interactions"]
    drawn = own & (outcome == Delivery.BLOCKED)
    variant[drawn] = 2 + variant[drawn] % (len(OWN_BLOCKS) - 2)
    opted_out = own & world.contacts.do_not_bulk_email[contact]
    outcome[opted_out], variant[opted_out] = Delivery.BLOCKED, OWN_BLOCKS.index("do_not_bulk_email")
    without_address = own & (address < 0)
    outcome[without_address], variant[without_address] = Delivery.BLOCKED, OWN_BLOCKS.index("missing_address")
