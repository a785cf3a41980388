"""Form submissions and page visits on our own site, and the leads they make.

Belongs here: which submissions happen after which clicks, and which message a new lead is credited to. Does
not belong here: how a native interaction is written (`emit/interactions.py`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.events import CLICKED, Events
from simulator.fates import Messages
from simulator.identity import UNKNOWN, Labels
from simulator.streams import stream
from simulator.world import DAY, SECOND, World

RESULTS = ("created", "updated", "none")
#: A click credits a lead for seven days.
WINDOW = 7 * DAY


@dataclass(frozen=True, slots=True)
class Submission:
    """A form submission: `message` is whose ids it carries, `credited` the one it counts for; -1: none."""

    number: int
    contact_id: str
    page: int
    at: int
    arrives: int
    message: int
    lead_result: str
    credited: int

    @property
    def lead_id(self) -> str:
        """The lead that it created, if it did."""
        return f"lead-{self.number + 1:07d}"


def make_submissions(world: World, messages: Messages, events: Events, labels: Labels) -> list[Submission]:
    """The submissions seen before the world ends, by arrival."""
    rng = stream(world.seed, "submissions")
    clicks = _page_clicks(world, messages, events)
    ledger = _ClickLedger(messages, events, labels, clicks)
    found: list[Submission] = []
    page_clicks = np.flatnonzero(clicks >= 0)
    # By time, not by arrival: late files do not change what people did.
    by_time = np.lexsort((events.link[page_clicks], events.message[page_clicks], events.at[page_clicks]))
    for click in page_clicks[by_time].tolist():
        message = int(events.message[click])
        if rng.random() >= 0.08 or labels.contact_id[message] == UNKNOWN:
            continue
        style, contact = rng.random(), str(labels.contact_id[message])
        by_ids = style < 0.4 and bool(labels.fully_known[message])
        pause = rng.exponential(6 * 3600) + 30 if style < 0.85 else 8 * 86_400 + rng.exponential(3600)
        at = (int(events.at[click]) + int(pause * SECOND)) // 1_000 * 1_000
        page = int(clicks[click])
        credited = message if by_ids else ledger.latest(contact, page, at)
        found.append(_submission(rng, len(found), contact, page, at, message if by_ids else -1, credited))
    for contact in rng.integers(len(world.contacts), size=3 + len(found) // 8).tolist():
        # People who came by themselves; credited all the same where they clicked in the days before.
        name, page = str(world.contacts.contact_id[contact]), int(rng.integers(len(world.pages)))
        at = (world.begin + int(rng.random() * world.days * DAY)) // 1_000 * 1_000
        found.append(_submission(rng, len(found), name, page, at, -1, ledger.latest(name, page, at)))
    return sorted((s for s in found if s.arrives < world.end), key=lambda s: (s.arrives, s.number))


def generated_leads(messages: Messages, submissions: list[Submission]) -> NDArray[np.int64]:
    """New leads per message."""
    counts = np.zeros(len(messages), dtype=np.int64)
    for submission in submissions:
        if submission.lead_result == "created" and submission.credited >= 0:
            counts[submission.credited] += 1
    return counts


def _submission(
    rng: np.random.Generator, number: int, contact: str, page: int, at: int, message: int, credited: int
) -> Submission:
    result = RESULTS[int(np.searchsorted((0.7, 0.9), rng.random(), side="right"))]
    arrives = at + int((1 + rng.exponential(60)) * SECOND)
    return Submission(number, contact, page, at, arrives, message, result, credited)


def _page_clicks(world: World, messages: Messages, events: Events) -> NDArray[np.int64]:
    """For each event the page that it, a person's click, leads to; else -1."""
    widest = max(len(email.links) for email in world.emails)
    pages = np.full((len(world.emails), widest + 1), -1, dtype=np.int64)
    for number, email in enumerate(world.emails):
        pages[number, : len(email.links)] = [link.page for link in email.links]
    # Link -1, a click without a URL, picks the last column and leads nowhere.
    leads_to = pages[messages.email[events.message], events.link]
    return np.where((events.type == CLICKED) & ~events.machine, leads_to, -1)


class _ClickLedger:
    """Each contact's clicks per page, in time."""

    def __init__(self, messages: Messages, events: Events, labels: Labels, clicks: NDArray[np.int64]) -> None:
        self._clicks: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
        for click in np.flatnonzero(clicks >= 0).tolist():
            message = int(events.message[click])
            key = (str(labels.contact_id[message]), int(clicks[click]))
            self._clicks[key].append((int(events.at[click]), message))
        for known in self._clicks.values():
            known.sort()

    def latest(self, contact: str, page: int, at: int) -> int:
        """The message with the contact's latest click on that page's links in the days before, else -1."""
        known = self._clicks.get((contact, page), [])
        before = bisect_left(known, (at, -1))
        if before and known[before - 1][0] >= at - WINDOW:
            return known[before - 1][1]
        return -1
