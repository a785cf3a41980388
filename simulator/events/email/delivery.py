"""From fates to events: how a message's delivery is told.

Belongs here: sent, blocked, failed, deferred, bounced and delivered events. Does not belong here: what people
and machines do with a delivered message (`engagement.py`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.events.email import engagement
from simulator.events.email.event_log import Timeline
from simulator.events.email.messages import reports_delivery
from simulator.events.email.model import (
    BLOCKED,
    BOUNCED,
    DEFERRED,
    DELIVERED,
    FAILED,
    HARD,
    OTHER,
    SENT,
    SOFT,
    Events,
    Fate,
    Messages,
)
from simulator.world.feeds import FEEDS
from simulator.world.model import SECOND, World
from simulator.world.random_streams import stream

HOUR = 3600 * SECOND
REACHED = (Fate.DELIVERED, Fate.SOFT_THEN_DELIVERED, Fate.DELIVERED_THEN_HARD, Fate.DELIVERED_THEN_SOFT,
           Fate.DELIVERED_THEN_OTHER)  # fmt: skip


def tell(world: World, messages: Messages, faults: frozenset[str]) -> Events:
    """Everything that is seen of these messages before the world ends."""
    timeline = Timeline(world, messages)
    delivered_at, delivery_arrives = _deliveries(timeline, faults)
    engagement.add(timeline, delivered_at, delivery_arrives, faults)
    return timeline.seen(late="late" in faults)


def _deliveries(timeline: Timeline, faults: frozenset[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Tells every message up to its delivery or bounce.

    Returns per message when it was in the mailbox (-1: never) and when the delivered event arrives
    (-1: there is none).
    """
    messages = timeline.messages
    rng = stream(timeline.world.seed, "deliveries")
    fate, count = messages.fate, len(messages)
    everyone = np.arange(count)
    _starts(timeline, rng)

    wait = SECOND + np.minimum(rng.exponential(8, size=count), 60) * SECOND
    defers = np.array([bool(feed.deferred) for feed in FEEDS])[messages.feed]
    slow = (rng.random(count) < 0.03) & defers & ~np.isin(fate, (Fate.BLOCKED, Fate.FAILED))
    for attempt in range(2):
        who = np.flatnonzero(slow & (rng.random(count) < 0.7))
        timeline.add(DEFERRED, who, messages.at[who] + wait[who] + attempt * 600 * SECOND)
    first_result = timeline.floor(everyone, messages.at + wait + slow * (1 + rng.random(count)) * HOUR)

    for kinds, bounce in (((Fate.HARD,), HARD), ((Fate.OTHER,), OTHER),
                          ((Fate.SOFT, Fate.SOFT_THEN_DELIVERED, Fate.SOFT_THEN_HARD), SOFT)):  # fmt: skip
        who = np.flatnonzero(np.isin(fate, kinds))
        timeline.add(BOUNCED, who, first_result[who], bounce=bounce, flavour=messages.flavour[who])
    again = np.flatnonzero((fate == Fate.SOFT) & (rng.random(count) < 0.4))
    timeline.add(BOUNCED, again, first_result[again] + HOUR, bounce=SOFT, flavour=messages.flavour[again])
    hardened = np.flatnonzero(fate == Fate.SOFT_THEN_HARD)
    timeline.add(BOUNCED, hardened, first_result[hardened] + 2 * HOUR, bounce=HARD)

    second_try = (fate == Fate.SOFT_THEN_DELIVERED) * (300 * SECOND + rng.random(count) * 6 * HOUR)
    delivered_at = np.where(np.isin(fate, (*REACHED, Fate.UNCONFIRMED)), first_result + second_try, -1)
    delivered_at = np.where(delivered_at >= 0, timeline.floor(everyone, delivered_at), -1)
    logged = np.array([reports_delivery(feed, faults) for feed in FEEDS])[messages.feed]
    confirmed = np.flatnonzero(np.isin(fate, REACHED) & logged)
    delivery_arrives = np.full(count, -1, dtype=np.int64)
    delivery_arrives[confirmed] = timeline.add(DELIVERED, confirmed, delivered_at[confirmed])

    for kind, bounce in ((Fate.DELIVERED_THEN_HARD, HARD), (Fate.DELIVERED_THEN_SOFT, SOFT),
                         (Fate.DELIVERED_THEN_OTHER, OTHER)):  # fmt: skip
        who = np.flatnonzero(fate == kind)
        pause = 600 * SECOND + rng.exponential(12, size=len(who)) * HOUR
        timeline.add(BOUNCED, who, delivered_at[who] + pause, bounce=bounce, flavour=messages.flavour[who])
    return delivered_at, delivery_arrives


def _starts(timeline: Timeline, rng: np.random.Generator) -> None:
    """Sent, blocked and failed events."""
    messages, world = timeline.messages, timeline.world
    fate = messages.fate
    logs_sent = np.array([journey.logs_sent for journey in world.journeys])[messages.journey]
    blocked = fate == Fate.BLOCKED
    failed = fate == Fate.FAILED
    sent_before_block = np.array([feed.sent_before_block for feed in FEEDS])[messages.feed]
    bare_sent = blocked & logs_sent & (rng.random(len(messages)) < sent_before_block)
    sent = np.flatnonzero((logs_sent & ~blocked & ~failed) | bare_sent)
    timeline.add(SENT, sent, messages.at[sent])
    who = np.flatnonzero(blocked)
    timeline.add(BLOCKED, who, messages.at[who] + bare_sent[who] * 2 * SECOND, flavour=messages.flavour[who])
    who = np.flatnonzero(failed)
    timeline.add(FAILED, who, messages.at[who], flavour=messages.flavour[who])
