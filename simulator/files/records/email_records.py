"""Looks up what the numbers of email events stand for; has the `case` and `missing_ids` faults of their
values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from simulator.events.email import model as kinds
from simulator.events.email.model import (
    BOUNCE_TYPES,
    CONTACT,
    EMAIL,
    ITERATION,
    JOURNEY,
    TILE,
    TYPES,
    Events,
    MessageIds,
    Messages,
)
from simulator.events.journeys.model import iteration_names
from simulator.files.records.record import EmailEvent, respelled
from simulator.world.catalogue import (  # fmt: skip
    city,
    country,
    ip_address,
    user_agent,
)
from simulator.world.feeds import FEEDS
from simulator.world.model import World
from simulator.world.web import visitor_id

#: What programs write where an id is missing; None: the field is absent.
PLACEHOLDERS = (None, "", "null", "undefined", "None", " unknown ", "[object Object]", None)
_NAMES = {
    CONTACT: "contact_id",
    EMAIL: "email_id",
    JOURNEY: "journey_id",
    ITERATION: "iteration_id",
    TILE: "tile_id",
}
_REFUSALS = {kinds.BLOCKED: "blocked", kinds.FAILED: "failed", kinds.DEFERRED: "deferred"}


class EmailEventSource:
    """Yields `EmailEvent`s of a world."""

    def __init__(
        self,
        world: World,
        messages: Messages,
        events: Events,
        message_ids: MessageIds,
        respell: bool,
        placeholder_ids: bool,
        devices: NDArray[np.int64],
    ) -> None:
        """respell: addresses come in several spellings. placeholder_ids: missing ids come as words like
        `null`. devices: per event the device whose visitor id it carries, -1 none."""
        self.world, self.events, self.message_ids = world, events, message_ids
        self.devices = devices
        self.respell = respell
        self.placeholder_ids = placeholder_ids
        self.first_open, self.only_open = _opens(events, len(messages))
        self.iterations = iteration_names(world, messages.journey, messages.iteration)
        self.feed_of = messages.feed[events.message]
        # As lists: indexing a list is several times faster than indexing an array.
        self.rows = list(
            zip(
                messages.feed.tolist(), messages.email.tolist(), messages.journey.tolist(),
                messages.tile.tolist(), messages.contact.tolist(), messages.at.tolist(),
                messages.token.tolist(), strict=True,
            )
        )  # fmt: skip

    def select(self, numbers: NDArray[np.int64]) -> Iterator[EmailEvent]:
        """Yield the events with these numbers."""
        events = self.events.take(numbers)
        columns = (
            numbers, events.message, events.type, events.at, events.bounce, events.variant, events.link,
            events.agent, events.geography, events.place, events.ip, events.flagged, events.carries,
            self.first_open[numbers], self.only_open[numbers], self.devices[numbers],
        )  # fmt: skip
        # Converted by column: converting single elements is several times slower.
        for row in zip(*(column.tolist() for column in columns), strict=True):
            yield self._record(*row)

    def _record(
        self, number: int, message: int, kind: int, at: int, bounced: int, variant: int, link: int,
        agent: int, geography: int, place: int, ip: int, flagged: bool, carries: int,
        first_open: bool, only_open: bool, device: int,
    ) -> EmailEvent:  # fmt: skip
        of_feed, of_email, of_journey, _, _, sent_at, token = self.rows[message]
        feed, email = FEEDS[of_feed], self.world.emails[of_email]
        bounce = BOUNCE_TYPES[bounced] if kind == kinds.BOUNCED else None
        word = bounce or _REFUSALS.get(kind)
        clicked = email.links[link] if link >= 0 else None
        return EmailEvent(
            type=TYPES[kind],
            at=at,
            number=number,
            token=(token[0], token[1]),
            has_message_id=self.world.journeys[of_journey].has_message_ids,
            recipient=self._recipient(message, variant),
            ids=self._ids(message, carries) | self._placeholder_ids(carries, variant),
            bounce=bounce,
            refusal=feed.refusal(word, variant) if word else None,
            variant=variant,
            link=clicked,
            link_name=clicked.name_in_click(variant) if clicked else None,
            ip=ip_address(ip),
            agent=user_agent(agent),
            country=country(geography, place),
            place=city(geography, place),
            flagged=flagged,
            first_open=first_open,
            only_open=only_open,
            subject=email.subject,
            sent_at=sent_at,
            visitor_id=visitor_id(device) if device >= 0 else None,
        )

    def _ids(self, message: int, carries: int) -> dict[str, str]:
        world = self.world
        _, email, journey, tile, contact, _, _ = self.rows[message]
        ids: dict[str, str] = {}
        if carries & CONTACT:
            ids["contact_id"] = world.contacts.contact_id[contact]
        if carries & EMAIL:
            ids["email_id"] = world.emails[email].email_id
        if carries & JOURNEY:
            ids["journey_id"] = world.journeys[journey].journey_id
        if carries & ITERATION:
            ids["iteration_id"] = self.iterations[message]
        if carries & TILE:
            ids["tile_id"] = world.tiles[tile].tile_id
        return ids

    def _placeholder_ids(self, carries: int, variant: int) -> dict[str, str]:
        """Return placeholders for the ids that an event does not carry."""
        if not self.placeholder_ids:
            return {}
        word = PLACEHOLDERS[variant % len(PLACEHOLDERS)]
        missing = (name for bit, name in _NAMES.items() if not carries & bit)
        return {} if word is None else dict.fromkeys(missing, word)

    def _recipient(self, message: int, variant: int) -> str | None:
        address: str | None = self.message_ids.recipient[message]
        if address is None or not self.respell:
            return address
        return respelled(address, variant)


def _opens(events: Events, count: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return two masks over events: a message's first open by a person or by a machine, and its only open."""
    opens = np.flatnonzero(events.type == kinds.OPENED)
    first, only = np.zeros(len(events), dtype=bool), np.zeros(len(events), dtype=bool)
    by_time = opens[np.lexsort((events.at[opens], events.machine[opens], events.message[opens]))]
    keys = events.message[by_time] * 2 + events.machine[by_time]
    first[by_time] = np.r_[True, keys[1:] != keys[:-1]][: len(by_time)]
    only[opens] = np.bincount(events.message[opens], minlength=count)[events.message[opens]] == 1
    return first, only
