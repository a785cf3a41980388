"""Draws the delivery events of messages: sent, blocked, failed, deferred, bounced and delivered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.events.email import engagement
from simulator.events.email import model as kinds
from simulator.events.email.collector import EventCollector
from simulator.events.email.messages import BOUNCED_LATER, reports_delivery
from simulator.events.email.model import Delivery, Events, Messages
from simulator.world.feeds import FEEDS
from simulator.world.model import SECOND, World
from simulator.world.random_streams import stream

HOUR = 3600 * SECOND
REACHED = (Delivery.DELIVERED, Delivery.SOFT_THEN_DELIVERED, *BOUNCED_LATER)


def draw_email_events(world: World, messages: Messages, faults: frozenset[str]) -> Events:
    """Draw all email events that arrive before the world ends."""
    collector = EventCollector(world, messages)
    delivered_at, delivery_arrives = _deliveries(collector, faults)
    engagement.add_engagement(collector, delivered_at, delivery_arrives, faults)
    return collector.arrived(late="late" in faults)


def _deliveries(
    collector: EventCollector, faults: frozenset[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Add every message's events up to its delivery or bounce.

    Returns two instants per message: when it was in the mailbox (-1: never), and when its delivered event
    arrives (-1: it has none).
    """
    messages = collector.messages
    rng = stream(collector.world.seed, "deliveries")
    outcome, count = messages.outcome, len(messages)
    everyone = np.arange(count)
    _starts(collector, rng)

    wait = SECOND + np.minimum(rng.exponential(8, size=count), 60) * SECOND
    defers = np.array([bool(feed.deferred) for feed in FEEDS])[messages.feed]
    slow = (rng.random(count) < 0.03) & defers & ~np.isin(outcome, (Delivery.BLOCKED, Delivery.FAILED))
    for attempt in range(2):
        who = np.flatnonzero(slow & (rng.random(count) < 0.7))
        collector.add(kinds.DEFERRED, who, messages.at[who] + wait[who] + attempt * 600 * SECOND)
    first_result = collector.floor(everyone, messages.at + wait + slow * (1 + rng.random(count)) * HOUR)

    first_bounces = {
        Delivery.HARD: kinds.HARD, Delivery.OTHER: kinds.OTHER, Delivery.SOFT: kinds.SOFT,
        Delivery.SOFT_THEN_DELIVERED: kinds.SOFT, Delivery.SOFT_THEN_HARD: kinds.SOFT,
    }  # fmt: skip
    for bounce in (kinds.HARD, kinds.OTHER, kinds.SOFT):
        who = np.flatnonzero(
            np.isin(outcome, [end for end, first in first_bounces.items() if first == bounce])
        )
        collector.add(kinds.BOUNCED, who, first_result[who], bounce=bounce, variant=messages.variant[who])
    who = np.flatnonzero((outcome == Delivery.SOFT) & (rng.random(count) < 0.4))
    collector.add(
        kinds.BOUNCED, who, first_result[who] + HOUR, bounce=kinds.SOFT, variant=messages.variant[who]
    )
    who = np.flatnonzero(outcome == Delivery.SOFT_THEN_HARD)
    collector.add(kinds.BOUNCED, who, first_result[who] + 2 * HOUR, bounce=kinds.HARD)

    second_try = (outcome == Delivery.SOFT_THEN_DELIVERED) * (300 * SECOND + rng.random(count) * 6 * HOUR)
    delivered_at = np.where(np.isin(outcome, (*REACHED, Delivery.UNCONFIRMED)), first_result + second_try, -1)
    delivered_at = np.where(delivered_at >= 0, collector.floor(everyone, delivered_at), -1)
    logged = np.array([reports_delivery(feed, faults) for feed in FEEDS])[messages.feed]
    confirmed = np.flatnonzero(np.isin(outcome, REACHED) & logged)
    delivery_arrives = np.full(count, -1, dtype=np.int64)
    delivery_arrives[confirmed] = collector.add(kinds.DELIVERED, confirmed, delivered_at[confirmed])

    later = zip(BOUNCED_LATER, (kinds.HARD, kinds.SOFT, kinds.OTHER), strict=True)
    for end, bounce in later:
        who = np.flatnonzero(outcome == end)
        pause = 600 * SECOND + rng.exponential(12, size=len(who)) * HOUR
        collector.add(
            kinds.BOUNCED, who, delivered_at[who] + pause, bounce=bounce, variant=messages.variant[who]
        )
    return delivered_at, delivery_arrives


def _starts(collector: EventCollector, rng: np.random.Generator) -> None:
    """Add sent, blocked and failed events."""
    messages, world = collector.messages, collector.world
    outcome = messages.outcome
    logs_sent = np.array([journey.logs_sent for journey in world.journeys])[messages.journey]
    blocked = outcome == Delivery.BLOCKED
    failed = outcome == Delivery.FAILED
    sent_before_block = np.array([feed.sent_before_block for feed in FEEDS])[messages.feed]
    bare_sent = blocked & logs_sent & (rng.random(len(messages)) < sent_before_block)
    sent = np.flatnonzero((logs_sent & ~blocked & ~failed) | bare_sent)
    collector.add(kinds.SENT, sent, messages.at[sent])
    who = np.flatnonzero(blocked)
    collector.add(
        kinds.BLOCKED, who, messages.at[who] + bare_sent[who] * 2 * SECOND, variant=messages.variant[who]
    )
    who = np.flatnonzero(failed)
    collector.add(kinds.FAILED, who, messages.at[who], variant=messages.variant[who])
