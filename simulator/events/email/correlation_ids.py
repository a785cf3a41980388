"""Which events carry which ids, and the ids under which the warehouse should count each message."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.events.email.model import (
    ALL_IDS,
    CONTACT,
    EMAIL,
    ITERATION,
    JOURNEY,
    NO_CONTACT,
    TILE,
    TYPES,
    UNKNOWN,
    Events,
    MessageIds,
    Messages,
)
from simulator.events.journeys.model import iteration_names
from simulator.world.feeds import FEED_NUMBER, FEEDS
from simulator.world.model import DAY, NEVER, World
from simulator.world.random_streams import stream


def assign_ids(
    world: World, messages: Messages, events: Events, faults: frozenset[str]
) -> tuple[Events, MessageIds]:
    """Return the events with the ids they carry, and each message's ids as the warehouse should find them."""
    recipient = world.addresses[messages.address]
    recipient[messages.address < 0] = None
    contact = messages.contact.copy()
    events = _without_tiles(messages, events)
    if "missing_ids" in faults:
        events, contact, recipient = _drop_ids(world, messages, events, recipient)
    seen = np.zeros(len(messages), dtype=np.int64)
    np.bitwise_or.at(seen, events.message, events.carries)
    own = {
        EMAIL: np.array([email.email_id for email in world.emails], dtype=object)[messages.email],
        JOURNEY: np.array([journey.journey_id for journey in world.journeys], dtype=object)[messages.journey],
        TILE: np.array([tile.tile_id for tile in world.tiles], dtype=object)[messages.tile],
        ITERATION: iteration_names(world, messages.journey, messages.iteration),
    }
    known = {bit: np.where(seen & bit > 0, names, UNKNOWN) for bit, names in own.items()}
    recipient = _reported_recipients(world, messages, events, recipient)
    contact_id = np.where(contact == NO_CONTACT, UNKNOWN, world.contacts.contact_id[contact])
    return events, MessageIds(
        contact_id=contact_id,
        email_id=known[EMAIL],
        journey_id=known[JOURNEY],
        tile_id=known[TILE],
        iteration_id=known[ITERATION],
        recipient=recipient,
        fully_known=(seen & ALL_IDS) == ALL_IDS,
    )


def _without_tiles(messages: Messages, events: Events) -> Events:
    """Remove the tile id from events of types for which the feed never has it."""
    tileless = np.array([[kind in feed.without_tile for kind in TYPES] for feed in FEEDS])
    lost = tileless[messages.feed[events.message], events.type]
    return replace(events, carries=np.where(lost, events.carries & ~TILE, events.carries))


def _reported_recipients(
    world: World, messages: Messages, events: Events, recipient: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Return each message's recipient address: where no event of it has one, the contact's newest address."""
    without_address = np.array([[kind in feed.without_address for kind in TYPES] for feed in FEEDS])
    addressed = np.zeros(len(messages), dtype=bool)
    addressed[events.message[~without_address[messages.feed[events.message], events.type]]] = True
    unaddressed = np.flatnonzero(~addressed)
    last_day = np.full(len(unaddressed), world.snapshot_days[-1])
    newest = world.contacts.address_on(messages.contact[unaddressed], last_day)
    result = recipient.copy()
    result[unaddressed] = world.addresses[newest]
    result[unaddressed[newest < 0]] = None
    return result


def _drop_ids(
    world: World, messages: Messages, events: Events, recipient: NDArray[np.object_]
) -> tuple[Events, NDArray[np.int64], NDArray[np.object_]]:
    """Remove ids from all or from some events of a message; return the events, the contacts and the
    recipients.

    Messages of feeds without message ids are identified by these ids: they only ever lose the tile id.
    """
    rng = stream(world.seed, "missing ids")
    carries = events.carries.copy()
    count = len(messages)
    exported = np.array([not journey.has_message_ids for journey in world.journeys])[messages.journey]
    for bit in (EMAIL, JOURNEY, ITERATION, TILE):
        luck = rng.random(count)
        lost = (luck < 0.03) & ~exported
        partly = (luck >= 0.03) & (luck < 0.07) & (~exported | (bit == TILE))
        gone = lost[events.message] | (partly[events.message] & (rng.random(len(events)) < 0.5))
        carries[gone] &= ~bit

    luck = rng.random(count)
    addressed = ~exported & (messages.address >= 0)
    lost, partly = addressed & (luck < 0.06), addressed & (luck >= 0.06) & (luck < 0.10)
    guests = addressed & (luck >= 0.10) & (luck < 0.105) & (messages.feed != FEED_NUMBER["interactions"])
    recipient = recipient.copy()
    for message in np.flatnonzero(guests).tolist():
        recipient[message] = f"guest.{message}@elsewhere.example"
    contact = messages.contact.copy()
    holders = AddressHolders(world)
    days = _days(events, count, lost | partly, world)
    for message, event_days in days.items():
        found = holders.on_all(recipient[message], event_days)
        if found is None or (partly[message] and found != contact[message]):
            lost[message] = partly[message] = False
        else:
            contact[message] = found
    contact[guests] = NO_CONTACT
    lost |= guests
    gone = lost[events.message] | (partly[events.message] & (rng.random(len(events)) < 0.5))
    carries[gone] &= ~CONTACT
    return replace(events, carries=carries), contact, recipient


def _days(events: Events, count: int, which: NDArray[np.bool_], world: World) -> dict[int, set[int]]:
    """Return the days (numbers) on which the events of the chosen messages happened."""
    chosen = np.flatnonzero(which[events.message])
    days: dict[int, set[int]] = defaultdict(set)
    of_event = (events.at[chosen] - world.begin) // DAY
    for message, day in zip(events.message[chosen].tolist(), of_event.tolist(), strict=True):
        days[message].add(day)
    return days


class AddressHolders:
    """Finds the contact who holds an email address on a day."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.snapshots = np.array(world.snapshot_days)
        self.spans: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        people = world.contacts
        for contact, (first, later, change) in enumerate(
            zip(
                people.address.tolist(),
                people.later_address.tolist(),
                people.changes_on_day.tolist(),
                strict=True,
            )
        ):
            if first >= 0:
                self.spans[_plain(world.addresses[first])].append((contact, -1, change))
            if change < NEVER:
                self.spans[_plain(world.addresses[later])].append((contact, change, NEVER))

    def on_all(self, address: str, days: set[int]) -> int | None:
        """Return the contact that holds the address on all of these days, or NOBODY when no contact ever
        does.

        Of several holders the one with the smallest number counts. None: the answer differs between the days,
        the days beside them and the snapshots beside them.
        """
        spans = self.spans.get(_plain(address), [])
        if not spans:
            return NO_CONTACT
        around: set[int] = set()
        for day in days:
            at = int(np.searchsorted(self.snapshots, day))
            near = self.snapshots[max(0, at - 1) : at + 2].tolist()
            around.update(min(max(d, 0), self.world.days - 1) for d in (day - 1, day, day + 1, *near))
        found = {
            min((c for c, since, until in spans if since <= day < until), default=NO_CONTACT)
            for day in around
        }
        return found.pop() if len(found) == 1 and NO_CONTACT not in found else None


def _plain(address: str) -> str:
    return address.strip().lower()


def contacts_of_messages(world: World, message_ids: MessageIds) -> NDArray[np.int64]:
    """Return the number of each message's contact, -1 where it is unknown."""
    numbers = {contact_id: number for number, contact_id in enumerate(world.contacts.contact_id.tolist())}
    numbers[UNKNOWN] = NO_CONTACT
    return np.array([numbers[contact_id] for contact_id in message_ids.contact_id.tolist()], dtype=np.int64)
