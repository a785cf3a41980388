"""Form submissions after email clicks, and the leads that they create.

`web/responses.py` writes them to feeds; `web/attribution.py` credits them to messages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.email.model import CLICKED, UNKNOWN, Events, MessageIds, Messages
from simulator.world.model import DAY, SECOND, World
from simulator.world.random_streams import stream

RESULTS = ("created", "updated", "none")


@dataclass(frozen=True, slots=True)
class PlannedSubmission:
    """A submission before it is attributed. contact, page: numbers. message: the one whose ids the submission
    carries, -1: none."""

    number: int
    contact: int
    page: int
    at: int
    arrives: int
    message: int
    lead_result: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission whose contact is known. message: the one whose ids it carries. credited: the message that
    gets the credit. Both -1: none."""

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
        """The id of the lead that this submission created, if its `lead_result` is `created`."""
        return lead_id(self.number)


def plan_submissions(
    world: World, messages: Messages, events: Events, message_ids: MessageIds
) -> list[PlannedSubmission]:
    """Draw the submissions that arrive within the world, in order of arrival."""
    rng = stream(world.seed, "submissions")
    clicks = _page_clicks(world, messages, events)
    numbers = {contact_id: number for number, contact_id in enumerate(world.contacts.contact_id.tolist())}
    found: list[PlannedSubmission] = []
    page_clicks = np.flatnonzero(clicks >= 0)
    # In order of time, not of arrival, so that the `late` fault does not change who submits what.
    by_time = np.lexsort((events.link[page_clicks], events.message[page_clicks], events.at[page_clicks]))
    for click in page_clicks[by_time].tolist():
        message = int(events.message[click])
        if rng.random() >= 0.08 or message_ids.contact_id[message] == UNKNOWN:
            continue
        style, contact = rng.random(), numbers[message_ids.contact_id[message]]
        by_ids = style < 0.4 and bool(message_ids.fully_known[message])
        pause = rng.exponential(6 * 3600) + 30 if style < 0.85 else 8 * 86_400 + rng.exponential(3600)
        at = (int(events.at[click]) + int(pause * SECOND)) // 1_000 * 1_000
        page = int(clicks[click])
        found.append(_planned(rng, len(found), contact, page, at, message if by_ids else -1))
    for contact in rng.integers(len(world.contacts), size=3 + len(found) // 8).tolist():
        # People who open the page without an email; a click in the seven days before is credited all the
        # same.
        page = int(rng.integers(len(world.pages)))
        at = (world.begin + int(rng.random() * world.days * DAY)) // 1_000 * 1_000
        found.append(_planned(rng, len(found), contact, page, at, -1))
    return sorted((plan for plan in found if plan.arrives < world.end), key=lambda s: (s.arrives, s.number))


def attribute_submissions(
    world: World, planned: list[PlannedSubmission], submitted: pd.DataFrame
) -> list[Submission]:
    """Return the planned submissions whose contact is known, with the message that is credited.

    submitted: a row per submission with `planned` (number into `planned`), `contact`, `credited` and
    `lead_result`.
    """
    found = []
    known = submitted[(submitted["planned"] >= 0) & (submitted["contact"] >= 0)]
    columns = (known[name].tolist() for name in ("planned", "contact", "credited", "lead_result"))
    for number, contact, credited, result in zip(*columns, strict=True):
        plan, contact_id = planned[number], str(world.contacts.contact_id[contact])
        common = (plan.number, contact_id, plan.page, plan.at, plan.arrives, plan.message)
        found.append(Submission(*common, result or "none", credited))
    return sorted(found, key=lambda submission: (submission.arrives, submission.number))


def lead_id(number: int) -> str:
    """Return the id of the lead that submission `number` created."""
    return f"lead-{number + 1:07d}"


def generated_leads(messages: Messages, submissions: list[Submission]) -> NDArray[np.int64]:
    """Return how many new leads each message is credited with."""
    counts = np.zeros(len(messages), dtype=np.int64)
    for submission in submissions:
        if submission.lead_result == "created" and submission.credited >= 0:
            counts[submission.credited] += 1
    return counts


def _planned(
    rng: np.random.Generator, number: int, contact: int, page: int, at: int, message: int
) -> PlannedSubmission:
    result = RESULTS[int(np.searchsorted((0.7, 0.9), rng.random(), side="right"))]
    arrives = at + int((1 + rng.exponential(60)) * SECOND)
    return PlannedSubmission(number, contact, page, at, arrives, message, result)


def _page_clicks(world: World, messages: Messages, events: Events) -> NDArray[np.int64]:
    """Return per event the number of the page that a person's click leads to, else -1."""
    widest = max(len(email.links) for email in world.emails)
    pages = np.full((len(world.emails), widest + 1), -1, dtype=np.int64)
    for number, email in enumerate(world.emails):
        pages[number, : len(email.links)] = [link.page for link in email.links]
    # Link -1, a click without a URL, picks the last column, which is always -1.
    leads_to = pages[messages.email[events.message], events.link]
    return np.where((events.type == CLICKED) & ~events.machine, leads_to, -1)
