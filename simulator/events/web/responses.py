"""Draws what people do besides browsing: submissions after emails, redirect clicks, event participations,
survey answers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.events.crm.submissions import PlannedSubmission
from simulator.events.email.model import CLICKED, Events
from simulator.events.web.hit_log import (
    ACCESS_LOG,
    GEOGRAPHY,
    NATIVE,
    REQUESTED,
    SEGMENT,
    SNOWPLOW,
    VIEWED,
    HitLog,
    chosen_rows,
)
from simulator.world.catalogue import ADDRESSES, AGENTS, COUNTRIES, CRAWLER, CRAWLERS
from simulator.world.model import DAY, SECOND, World
from simulator.world.random_streams import stream
from simulator.world.web import NONE, Web

REDIRECTS_A_CONTACT_AND_DAY = 0.012
Longs = NDArray[np.int64]
#: HTTP statuses of redirect requests; 404 and 200 are no clicks.
STATUSES = np.array([301, 302, 302, 302, 303, 307, 308, 404, 200])


def log_responses(
    log: HitLog, world: World, web: Web, planned: list[PlannedSubmission], faults: frozenset[str]
) -> None:
    """Add every submission, redirect click, event participation and survey answer to the log."""
    _log_submissions(log, world, web, planned)
    _log_redirects(log, world, web, faults)
    _log_participations(log, world, web)
    _log_surveys(log, world, web)


def _log_submissions(log: HitLog, world: World, web: Web, planned: list[PlannedSubmission]) -> None:
    """Add a page visit, often a form visit, and the submission; some submissions twice, some without a
    contact id."""
    rng = stream(world.seed, "submissions told")
    count = len(planned)
    person = np.array([plan.contact for plan in planned], dtype=np.int64)
    page = np.array([plan.page for plan in planned], dtype=np.int64)
    at = np.array([plan.at for plan in planned], dtype=np.int64)
    message = np.array([plan.message for plan in planned], dtype=np.int64)
    lead = np.array([plan.lead_result for plan in planned], dtype=object)
    device = web.device_of[person]
    luck = rng.random(count)
    # Snowplow's form events have neither the page nor the result.
    feed = np.select([luck < 0.55, (luck < 0.65) & (lead == "none")], [NATIVE, SNOWPLOW], SEGMENT)
    anonymous = (device >= 0) & (rng.random(count) < 0.5)
    common: dict[str, Any] = {
        "feed": feed, "device": np.where(anonymous | (rng.random(count) < 0.8), device, NONE),
        "location": page,
        "user": np.where(anonymous, NONE, person), "arrives": [plan.arrives for plan in planned],
        "url": np.array([page.url for page in world.pages], dtype=object)[page],
        "variant": rng.integers(5_040, size=count),
    }  # fmt: skip
    submitted = common | {
        "kind": "form_submitted", "at": at, "page": np.where(feed == SNOWPLOW, NONE, page),
        "page_named": feed != SNOWPLOW, "form": page, "planned": np.arange(count), "values": True,
        "lead": np.where(lead == "created", [plan.number for plan in planned], NONE),
        "message": np.where(feed == SNOWPLOW, NONE, message),
        "submission_id": np.array([f"submission-{plan.number:07d}" for plan in planned], dtype=object),
        "contact_result": np.where(lead == "none", "none", "updated"), "lead_result": lead,
    }  # fmt: skip
    for column in ("submission_id", "contact_result", "lead_result"):
        submitted[column] = np.where(feed == SNOWPLOW, None, submitted[column])
    log.add(count, **submitted)
    visited = common | {"at": np.maximum(at - 20 * SECOND, world.begin), "page": page,
                        "message": np.where(feed == SNOWPLOW, NONE, message)}  # fmt: skip
    kind = np.where(feed == NATIVE, "page_visited", VIEWED).astype(object)
    site = np.array([location.website for location in web.locations])[page]
    log.add(count, **visited | {"kind": kind, "page_named": feed == NATIVE,
                                "website": np.where(feed == NATIVE, NONE, site)})  # fmt: skip
    look = np.flatnonzero((rng.random(count) < 0.5) & (feed != SNOWPLOW))
    looked = {"kind": "form_visited", "page_named": True, "form": page,
              "at": np.maximum(at - 10 * SECOND, world.begin)}  # fmt: skip
    log.add(len(look), **chosen_rows(visited | looked, look))
    # The same submission id in a second interaction is the same submission.
    again = np.flatnonzero((rng.random(count) < 0.08) & (feed != SNOWPLOW))
    log.add(len(again), **chosen_rows(submitted, again) | {"at": at[again] + 2 * SECOND, "feed": NATIVE})


def log_orders_of_readers(log: HitLog, world: World, events: Events, readers: Longs) -> None:
    """Add orders of people who clicked in an e-mail minutes before; readers: the contact of each event."""
    rng = stream(world.seed, "orders of readers")
    able = np.flatnonzero((events.type == CLICKED) & ~events.machine & (readers >= 0))
    # In order of time: events stand in the order of their arrival, which faults of delivery change.
    able = able[np.lexsort((events.link[able], events.message[able], events.at[able]))]
    clicks = able[rng.random(len(able)) < 0.2]
    count = len(clicks)
    feed = rng.choice((SEGMENT, NATIVE), size=count)
    log.add(count, kind="converted", feed=feed, user=readers[clicks],
            at=events.at[clicks] + rng.integers(1, 40, size=count) * 60 * SECOND,
            order_id=np.array([f"order-r{number:06d}" for number in range(count)], dtype=object),
            amount=np.round(rng.exponential(80, size=count), 2), currency="EUR",
            **_origin(rng, world, readers[clicks], feed))  # fmt: skip


def _whom(rng: np.random.Generator, person: Longs, device: Longs, feed: Longs) -> dict[str, Longs]:
    """Draw how records identify the person: by id, by address, by device, by several of these, or not at
    all."""
    luck = rng.random(len(person))
    by_device = (luck >= 0.6) & (luck < 0.95) & (device >= 0)
    by_address = (luck >= 0.4) & (luck < 0.6)
    unidentified = (luck >= 0.95) & (feed == NATIVE)
    return {
        "user": np.where(by_device | by_address | unidentified, NONE, person),
        "addressed": np.where(by_address, person, NONE),
        "device": np.where(by_device | (luck < 0.2), device, NONE),
    }


def _origin(rng: np.random.Generator, world: World, person: Longs, feed: Longs) -> dict[str, Any]:
    """Draw place, IP address, user agent and wording of records: mostly the person's country and usual
    agent."""
    count = len(person)
    place = world.contacts.country[person].astype(np.int64)
    place = np.where(rng.random(count) < 0.1, rng.integers(len(COUNTRIES), size=count), place)
    geography = (rng.random(count)[:, None] >= GEOGRAPHY[feed]).sum(axis=1)
    ip = np.where(geography == 0, NONE, place * 2 + rng.integers(2, size=count))
    agent = np.where(rng.random(count) < 0.9, (person * 7 + 3) % len(AGENTS), NONE)
    return {"place": place, "geography": geography, "ip": ip, "agent": agent,
            "variant": rng.integers(5_040, size=count)}  # fmt: skip


def _log_redirects(log: HitLog, world: World, web: Web, faults: frozenset[str]) -> None:
    """Add clicks on redirect URLs, logged by the redirect server, by a tracker or in the native format."""
    rng = stream(world.seed, "redirects")
    people = len(world.contacts)
    count = max(60, round(people * world.days * REDIRECTS_A_CONTACT_AND_DAY))
    feed = rng.choice((ACCESS_LOG, SEGMENT, NATIVE), p=(0.5, 0.25, 0.25), size=count)
    at = world.begin + (rng.random(count) * world.days * DAY).astype(np.int64)
    person = rng.integers(people, size=count)
    redirect = rng.integers(len(web.redirects), size=count)
    origin = _origin(rng, world, person, feed)

    trackers = np.flatnonzero(feed != ACCESS_LOG)
    whom = _whom(rng, person, web.device_of[person], feed)
    links = np.array([entry.target_url or None for entry in web.redirects], dtype=object)
    log.add(len(trackers), kind="redirect_clicked",
            **chosen_rows({"feed": feed, "at": at, "redirect": redirect, "link_url": links[redirect], **whom,
                     **origin}, trackers))  # fmt: skip

    logged = np.flatnonzero(feed == ACCESS_LOG)
    bots = rng.random(len(logged)) < (0.3 if "machine" in faults else 0.1)
    status = STATUSES[rng.integers(len(STATUSES), size=len(logged))]
    known = np.array([entry.in_crm for entry in web.redirects])[redirect[logged]]
    clicked = known & (status >= 300) & (status < 400)
    paths = np.array([f"https://go.shop.example{entry.path}" for entry in web.redirects], dtype=object)
    query = np.where(rng.random(len(logged)) < 0.5, "?c=7&u=a/b", "")
    origin = chosen_rows(origin, logged)
    origin["agent"] = np.where(bots, CRAWLER + rng.integers(len(CRAWLERS), size=len(logged)),
                               np.maximum(origin["agent"], 0))  # fmt: skip
    origin["ip"] = np.where(origin["ip"] < 0, origin["place"] * 2 % len(ADDRESSES), origin["ip"])
    origin["geography"] = 1
    log.add(len(logged), kind=REQUESTED, feed=ACCESS_LOG, at=at[logged], status=status, method="GET",
            url=paths[redirect[logged]] + query, redirect=np.where(clicked, redirect[logged], NONE),
            **origin)  # fmt: skip


def _log_participations(log: HitLog, world: World, web: Web) -> None:
    """Add registrations, cancellations, new registrations and check-ins."""
    rng = stream(world.seed, "participations")
    people = len(world.contacts)
    count = max(30, people // 12)
    person = rng.integers(people, size=count)
    event = np.where(rng.random(count) < 0.04, NONE, rng.integers(len(web.events), size=count))
    at = world.begin + (rng.random(count) * world.days * DAY).astype(np.int64)
    steps = ("event_registered", "event_registration_cancelled", "event_registered", "event_checked_in",
             "event_registration_cancelled", "event_checked_in")  # fmt: skip
    for step, odds in zip(steps, (0.95, 0.25, 0.1, 0.4, 0.05, 0.1), strict=True):
        who = np.flatnonzero(rng.random(count) < odds)
        feed = np.full(len(who), NATIVE)
        log.add(len(who), kind=step, at=at[who], event=event[who],
                **_whom(rng, person[who], web.device_of[person[who]], feed),
                **_origin(rng, world, person[who], feed))  # fmt: skip
        at = at + (rng.exponential(20, size=count) * 3_600 * SECOND).astype(np.int64)


def _log_surveys(log: HitLog, world: World, web: Web) -> None:
    rng = stream(world.seed, "surveys")
    people = len(world.contacts)
    count = max(30, people // 12)
    person = rng.integers(people, size=count)
    feed = np.full(count, NATIVE)
    score = np.where(rng.random(count) < 0.8, rng.integers(21, size=count) / 2, np.nan)
    survey = np.where(rng.random(count) < 0.03, NONE, rng.integers(len(web.surveys), size=count))
    at = world.begin + (rng.random(count) * world.days * DAY).astype(np.int64)
    log.add(count, kind="survey_responded", at=at, survey=survey, score=score,
            values=rng.random(count) < 0.9, **_whom(rng, person, web.device_of[person], feed),
            **_origin(rng, world, person, feed))  # fmt: skip
