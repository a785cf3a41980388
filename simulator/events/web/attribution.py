"""Credits form submissions to messages, by the rule of kpis.md over people's clicks."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.email.correlation_ids import contacts_of_messages
from simulator.events.email.model import CLICKED, UNKNOWN, Events, MessageIds, Messages
from simulator.world.model import DAY, World

#: A click on a link to the page gets credit for submissions within seven days.
WINDOW = 7 * DAY


def destination(url: str) -> str:
    """Return a URL as links and pages are compared: without scheme, query, fragment and trailing slash."""
    bare = url.partition("://")[2].partition("#")[0].partition("?")[0]
    host, slash, path = bare.partition("/")
    return f"{host.lower()}{slash}{path}".rstrip("/")


def credit(
    world: World, messages: Messages, events: Events, message_ids: MessageIds, submitted: pd.DataFrame
) -> NDArray[np.int64]:
    """Return the number of the credited message of each submission, -1 for none."""
    clicks = _Clicks(world, messages, events, message_ids)
    columns = (submitted[name].tolist() for name in ("contact", "message", "journey", "page", "url", "at"))
    return np.array(
        [
            clicks.credited(contact, message, journey, world.pages[page].url if page >= 0 else url, at)
            for contact, message, journey, page, url, at in zip(*columns, strict=True)
        ],
        dtype=np.int64,
    )


class _Clicks:
    """People's clicks in order of time, by contact and destination and by the ids of their messages."""

    def __init__(self, world: World, messages: Messages, events: Events, message_ids: MessageIds) -> None:
        self._ids = list(
            zip(message_ids.email_id.tolist(), message_ids.journey_id.tolist(), message_ids.tile_id.tolist(),
                message_ids.iteration_id.tolist(), strict=True)
        )  # fmt: skip
        self._journeys = [journey.journey_id for journey in world.journeys]
        self._found: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)
        contacts = contacts_of_messages(world, message_ids).tolist()
        links = [[destination(link.url) for link in email.links] for email in world.emails]
        emails, feeds_link, when = messages.email.tolist(), events.link.tolist(), events.at.tolist()
        by_people = np.flatnonzero((events.type == CLICKED) & ~events.machine)
        for click in by_people[np.argsort(events.at[by_people], kind="stable")].tolist():
            message = int(events.message[click])
            contact, ids, link = contacts[message], self._ids[message], feeds_link[click]
            # Submissions carry all ids of a message, or only the journey id.
            carried = [ids[1:2], ids] if UNKNOWN not in ids else [ids[1:2]]
            keys: list[Hashable] = [*carried, *((contact, some) for some in carried)]
            if contact >= 0 and link >= 0:
                keys.append((contact, links[emails[message]][link]))
            self._enter(keys, when[click], message)

    def _enter(self, keys: Iterable[Hashable], at: int, message: int) -> None:
        for key in keys:
            self._found[key].append((at, message))

    def credited(self, contact: int, message: int, journey: int, url: str | None, at: int) -> int:
        """Return the latest clicked message that matches the submission's ids, else the latest whose link the
        contact clicked."""
        if message >= 0 or journey >= 0:
            ids = self._ids[message] if message >= 0 else (self._journeys[journey],)
            found = self._latest(ids if contact < 0 else (contact, ids), at, 0)
            if found >= 0:
                return found
        return self._latest((contact, destination(url)), at, at - WINDOW) if contact >= 0 and url else -1

    def _latest(self, key: Hashable, at: int, since: int) -> int:
        known = self._found.get(key, [])
        before = bisect_right(known, at, key=lambda click: click[0])
        return known[before - 1][1] if before and known[before - 1][0] >= since else -1
