"""Draws the hits of the interaction export: forms, websites, redirect URLs, events and surveys."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.events.arrivals import arrivals
from simulator.events.web.hit_log import EXPORT, GEOGRAPHY, HitLog, chosen_rows
from simulator.world.model import DAY, SECOND, World
from simulator.world.random_streams import stream
from simulator.world.web import NONE, Web

Longs = NDArray[np.int64]


def log_exported_hits(log: HitLog, world: World, web: Web, faults: frozenset[str]) -> None:
    """Add a few hits of every kind that the interaction export has."""
    rng = stream(world.seed, "exported web")
    count = max(8, len(world.contacts) // 25)
    _log_forms(log, rng, world, web, count, "late" in faults)
    who = _who(rng, world, web, count)
    location = rng.integers(len(web.locations), size=count)
    site = np.array([place.website for place in web.locations])[location]
    address = np.array([f"https://{place.host}{place.path}" for place in web.locations], dtype=object)
    # The export identifies a website by its id.
    on_site = np.flatnonzero(site >= 0)
    log.add(len(on_site), kind="website_visited", **chosen_rows(
        who | {"website": site, "location": location, "url": address[location]}, on_site),
            named=True)  # fmt: skip
    log.add(count, kind="redirect_clicked", redirect=rng.integers(len(web.redirects), size=count),
            **_who(rng, world, web, count))  # fmt: skip
    log.add(count, kind="survey_responded", survey=rng.integers(len(web.surveys), size=count),
            score=rng.integers(11, size=count).astype(float), **_known(rng, world, count))  # fmt: skip
    event = rng.integers(len(web.events), size=count)
    guest = _known(rng, world, count)
    steps = (("event_registered", 1.0), ("event_registration_cancelled", 0.3), ("event_checked_in", 0.5))
    for kind, odds in steps:
        some = np.flatnonzero(rng.random(count) < odds)
        log.add(len(some), kind=kind, **chosen_rows(guest | {"event": event}, some))
        guest = guest | {"at": guest["at"] + 7 * 3_600 * SECOND}


def _log_forms(log: HitLog, rng: np.random.Generator, world: World, web: Web, count: int, late: bool) -> None:
    """Add form visits, each of which implies the visit of its page, and submissions."""
    # Submitted values stand one per line, so a page name with line breaks cannot be one of them.
    fitting = np.array([n for n, page in enumerate(world.pages) if page.name.isprintable()])
    page = fitting[rng.integers(len(fitting), size=count)]
    visit = _who(rng, world, web, count) | {"form": page, "page": page, "location": page, "page_named": True}
    arrives = arrivals(world, "exported forms", visit["at"], late)
    log.add(count, kind="form_visited", arrives=arrives, **visit)
    log.add(count, kind="page_visited", arrives=arrives, **visit | {"form": NONE})
    filled = np.flatnonzero(rng.random(count) < 0.5)
    numbers = np.array([f"submission-x{number:06d}" for number in range(count)], dtype=object)
    results = np.array(["none", "updated"], dtype=object)
    log.add(len(filled), kind="form_submitted", values=True, **chosen_rows(visit | {
        "at": visit["at"] + 40 * SECOND, "submission_id": numbers,
        "contact_result": np.array(["created", "updated"], dtype=object)[rng.integers(2, size=count)],
        "lead_result": results[rng.integers(2, size=count)],
    }, filled))  # fmt: skip


def _who(rng: np.random.Generator, world: World, web: Web, count: int) -> dict[str, Any]:
    """Draw contacts, identified by id, by device or by both, and where they are."""
    found = _known(rng, world, count)
    person = found["user"]
    device = web.device_of[person]
    luck = rng.random(count)
    place = world.contacts.country[person].astype(np.int64)
    geography = (rng.random(count)[:, None] >= GEOGRAPHY[EXPORT]).sum(axis=1)
    return found | {
        "device": np.where(luck < 0.7, device, NONE),
        "user": np.where((luck < 0.4) & (device >= 0), NONE, person),
        "place": place, "geography": geography,
    }  # fmt: skip


def _known(rng: np.random.Generator, world: World, count: int) -> dict[str, Any]:
    """Draw contacts identified by id, at random instants."""
    return {
        "feed": EXPORT, "user": rng.integers(len(world.contacts), size=count),
        "at": world.begin + (rng.random(count) * world.days * DAY).astype(np.int64) // SECOND * SECOND,
        "variant": rng.integers(5_040, size=count),
    }  # fmt: skip
