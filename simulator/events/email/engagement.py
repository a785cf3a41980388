"""Draws what people and machines do with a message: opens, clicks, forwards, complaints, unsubscriptions.

Machine traffic always meets the rule for machines in kpis.md, people's traffic never does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.events.email import model as kinds
from simulator.events.email.collector import EventCollector
from simulator.events.email.model import Delivery
from simulator.world.catalogue import AGENTS, COUNTRIES, CRAWLER, CRAWLERS
from simulator.world.feeds import FEEDS
from simulator.world.model import SECOND
from simulator.world.random_streams import stream

HOUR = 3600 * SECOND
Longs = NDArray[np.int64]
Times = NDArray[np.int64] | NDArray[np.float64]


def add_engagement(
    collector: EventCollector, delivered_at: Longs, delivery_arrives: Longs, faults: frozenset[str]
) -> None:
    """Add all engagement. A message that ends in a soft bounce has none: an open would make it delivered."""
    messages = collector.messages
    rng = stream(collector.world.seed, "engagement")
    delivered = np.isin(
        messages.outcome, (Delivery.DELIVERED, Delivery.UNCONFIRMED, Delivery.SOFT_THEN_DELIVERED)
    )
    bounced_later = np.isin(messages.outcome, (Delivery.DELIVERED_THEN_HARD, Delivery.DELIVERED_THEN_OTHER))
    reader = (delivered & (rng.random(len(messages)) < 0.35)) | (
        bounced_later & (rng.random(len(messages)) < 0.3)
    )
    many_machines = "machine" in faults
    scanned = _scanners(collector, rng, delivered_at, delivery_arrives, 0.25 if many_machines else 0.03)
    _machine_opens(collector, rng, np.flatnonzero(delivered), delivered_at, 0.45 if many_machines else 0.12)

    readers = np.flatnonzero(reader)
    first_open = (
        delivered_at + 60 * SECOND + np.clip(rng.lognormal(9.2, 1.8, len(messages)), 1, 864_000) * SECOND
    )
    at = first_open[readers]
    left = readers
    while len(left):
        collector.add(kinds.OPENED, left, at, **_origin(collector, rng, left))
        more = rng.random(len(left)) < 0.35
        left = left[more]
        at = at[more] + 60 * SECOND + rng.exponential(20, size=len(left)) * HOUR
    clickers = np.flatnonzero(
        (reader & (rng.random(len(messages)) < 0.3)) | (delivered & (rng.random(len(messages)) < 0.02))
    )
    _human_clicks(collector, rng, clickers, first_open, delivered_at, scanned)
    _answers(collector, rng, delivered, reader, first_open)


def _links(collector: EventCollector, who: Longs) -> Longs:
    """Return how many links each message's email has."""
    counts = np.array([len(email.links) for email in collector.world.emails])
    return counts[collector.messages.email[who]]


def _human_clicks(
    collector: EventCollector,
    rng: np.random.Generator,
    who: Longs,
    first_open: Times,
    delivered_at: Longs,
    scanned: NDArray[np.bool_],
) -> None:
    """Add clicks of people, seconds to hours apart; 3 in 100 come as pairs, and some exactly ten seconds
    after the delivery, which is the limit of the machine rule."""
    at = first_open[who] + (5 + rng.exponential(60, size=len(who))) * SECOND
    known = collector.messages.outcome[who] == Delivery.DELIVERED
    at_the_edge = known & ~scanned[who] & (rng.random(len(who)) < 0.02)
    at = np.where(at_the_edge, delivered_at[who] + 10 * SECOND, at)
    single = at_the_edge
    left, when = who, collector.floor(who, at)
    for _ in range(4):
        link = (_links(collector, left) * rng.random(len(left)) ** 2).astype(np.int64)
        origin = _origin(collector, rng, left)
        can_lack_url = np.array([feed.can_lack_link for feed in FEEDS])[collector.messages.feed[left]]
        without_url = can_lack_url & (rng.random(len(left)) < 0.01)
        collector.add(kinds.CLICKED, left, when, link=np.where(without_url, -1, link), **origin)
        paired = np.flatnonzero(~without_url & ~single & (rng.random(len(left)) < 0.03))
        other = (link[paired] + 1) % _links(collector, left[paired])
        collector.add(
            kinds.CLICKED, left[paired], when[paired] + 2 * SECOND, link=other, **_chosen(origin, paired)
        )
        more = ~single & (rng.random(len(left)) < 0.35)
        left, single = left[more], single[more]
        when = when[more] + (20 + rng.exponential(7200, size=len(left))).astype(np.int64) * SECOND


def _scanners(
    collector: EventCollector,
    rng: np.random.Generator,
    delivered_at: Longs,
    delivery_arrives: Longs,
    share: float,
) -> NDArray[np.bool_]:
    """Add clicks of security scanners: right after the delivery, in bursts over many links, or by known
    crawlers. Return which messages were scanned."""
    messages = collector.messages
    count = len(messages)
    delivered = np.isin(messages.outcome, (Delivery.DELIVERED, Delivery.SOFT_THEN_DELIVERED))
    scanned = delivered & (rng.random(count) < share)
    style = rng.random(count)
    # Without a delivered event the machine rule knows no delivery to compare with.
    prompt = scanned & (style < 0.5) & (delivery_arrives >= 0)
    burst = scanned & (style >= 0.5)
    offset = np.where(prompt, rng.integers(0, 5, size=count), rng.integers(20, 50, size=count)) * SECOND
    begins = delivered_at + offset
    # The clicks of a burst arrive together, and not before the delivered event: the machine rule needs them
    # all.
    arrives = np.maximum(
        begins + 8 * SECOND + collector.delay(count), np.maximum(delivery_arrives, collector.world.begin)
    )
    depth = np.where(prompt, rng.integers(1, 4, size=count), rng.integers(3, 6, size=count))
    start = rng.integers(6, size=count)
    flags = np.array([feed.flags_machine_clicks for feed in FEEDS])[messages.feed]
    for step in range(5):
        who = np.flatnonzero((prompt | burst) & (step < depth))
        who = who[step < _links(collector, who)]
        link = (start[who] + step) % _links(collector, who)
        at = begins[who] + step * 900_000
        flagged = flags[who] & (rng.random(len(who)) < 0.5)
        collector.add(
            kinds.CLICKED, who, at, arrives[who], link=link, machine=True, flagged=flagged,
            **_origin(collector, rng, who),
        )  # fmt: skip
    agents = np.array([feed.gives_agent for feed in FEEDS])[messages.feed]
    crawled = np.flatnonzero(delivered & agents & ~scanned & (rng.random(count) < share / 5))
    link = (_links(collector, crawled) * rng.random(len(crawled))).astype(np.int64)
    origin = _origin(collector, rng, crawled) | {
        "agent": CRAWLER + rng.integers(len(CRAWLERS), size=len(crawled))
    }
    # Before any person clicks: as a third link beside a person's two it would make a burst.
    at = delivered_at[crawled] + 20 * SECOND + rng.random(len(crawled)) * 35 * SECOND
    collector.add(kinds.CLICKED, crawled, at, link=link, machine=True, **origin)
    return scanned


def _machine_opens(
    collector: EventCollector, rng: np.random.Generator, delivered: Longs, delivered_at: Longs, share: float
) -> None:
    """Add opens of prefetching proxies (by the feed's flag) and of crawlers (by the user agent)."""
    flags = np.array([feed.flags_machine_opens for feed in FEEDS])[collector.messages.feed]
    agents = np.array([feed.gives_agent for feed in FEEDS])[collector.messages.feed]
    who = delivered[rng.random(len(delivered)) < share]
    # Only for feeds that flag machine opens or report the user agent: for others the warehouse cannot tell.
    who = who[(flags | agents)[who]]
    at = delivered_at[who] + (1 + rng.exponential(40, size=len(who))) * SECOND
    for _ in range(2):
        by_agent = ~flags[who] | (agents[who] & (rng.random(len(who)) < 0.1))
        origin = _origin(collector, rng, who)
        crawler = CRAWLER + rng.integers(len(CRAWLERS), size=len(who))
        origin["agent"] = np.where(by_agent, crawler, origin["agent"])
        collector.add(kinds.OPENED, who, at, machine=True, flagged=~by_agent, **origin)
        again = rng.random(len(who)) < 0.2
        who, at = who[again], at[again] + 10 * SECOND + rng.exponential(3600, size=int(again.sum())) * SECOND


def _answers(
    collector: EventCollector,
    rng: np.random.Generator,
    delivered: NDArray[np.bool_],
    reader: NDArray[np.bool_],
    first_open: Times,
) -> None:
    """Add complaints, unsubscriptions, subscription centre visits and forwards; some happen twice."""
    count = len(delivered)
    feed = collector.messages.feed
    subscription = np.array([entry.subscription for entry in FEEDS])[feed]
    forwards = np.array([entry.forwards for entry in FEEDS])[feed]
    placed = np.array([entry.places_unsubscriptions for entry in FEEDS])
    for kind, able, share, twice in (
        (kinds.COMPLAINED, delivered, 0.003, 0.1),
        (kinds.UNSUBSCRIBED, delivered, 0.008, 0.1),
        (kinds.SUBMITTED, delivered & subscription, 0.008, 0.2),
        (kinds.FORWARDED, delivered & reader & forwards, 0.12, 0.3),
    ):
        who = np.flatnonzero(able & (rng.random(count) < share))
        at = first_open[who] + (30 + rng.exponential(600, size=len(who))) * SECOND
        for _ in range(2):
            says_where = placed[feed[who]] if kind == kinds.UNSUBSCRIBED else np.zeros(len(who), dtype=bool)
            for part in (np.flatnonzero(says_where), np.flatnonzero(~says_where)):
                origin = _origin(collector, rng, who[part]) if says_where[part].any() else {}
                collector.add(kind, who[part], at[part], **origin)
            again = rng.random(len(who)) < twice
            who, at = (
                who[again],
                at[again] + 90 * SECOND + rng.exponential(600, size=int(again.sum())) * SECOND,
            )


def _origin(collector: EventCollector, rng: np.random.Generator, who: Longs) -> dict[str, Longs]:
    """Draw place, IP address and user agent of events: mostly the contact's own, as far as the feed reports
    them."""
    messages = collector.messages
    contact, feed = messages.contact[who], messages.feed[who]
    home = collector.world.contacts.country[contact]
    abroad = rng.random(len(who)) < 0.1
    place = np.where(abroad, rng.integers(len(COUNTRIES), size=len(who)), home)
    weights = np.cumsum(np.array([entry.geography for entry in FEEDS], dtype=float), axis=1)
    geography = (rng.random(len(who))[:, None] >= weights[feed]).sum(axis=1)
    ip = place * 2 + rng.integers(2, size=len(who))
    # A phone on a foreign network: the IP address is in another country than the feed reports. The feed's
    # country counts.
    elsewhere = (geography >= 2) & (rng.random(len(who)) < 0.05)
    ip = np.where(elsewhere, rng.integers(len(COUNTRIES) * 2, size=len(who)), ip)
    ip = np.where((geography == 1) & (rng.random(len(who)) < 0.02), -2, ip)
    usual = (contact * 7 + 3) % len(AGENTS)
    agent = np.where(rng.random(len(who)) < 0.8, usual, rng.integers(len(AGENTS), size=len(who)))
    gives_agent = np.array([entry.gives_agent for entry in FEEDS])[feed]
    return {
        "place": place,
        "geography": geography,
        "ip": np.where(geography == 0, -1, ip),
        "agent": np.where(gives_agent, agent, -1),
    }


def _chosen(origin: dict[str, Longs], which: Longs) -> dict[str, Longs]:
    return {name: values[which] for name, values in origin.items()}
