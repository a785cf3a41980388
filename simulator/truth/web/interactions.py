"""The true interactions of the web: one row each, with the contact who is known in the end."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.crm.submissions import lead_id
from simulator.events.email.model import UNKNOWN, MessageIds, Messages
from simulator.events.web.hit_log import (
    ALIASED,
    IDENTIFIED,
    NATIVE,
    REQUESTED,
    SNOWPLOW,
    VIEWED,
    answers,
    none_where_missing,
)
from simulator.truth.geography import places
from simulator.truth.interactions import AllInteractions
from simulator.truth.rows import local_dates
from simulator.world.catalogue import CRAWLER
from simulator.world.model import World
from simulator.world.web import NamedEntity, Web, tracker_session, visitor_id

_OBSERVED = (VIEWED, REQUESTED, IDENTIFIED, ALIASED)


def web_interactions(
    world: World, web: Web, messages: Messages, hits: pd.DataFrame, time_zone: str
) -> pd.DataFrame:
    """Return a row per interaction; `hits` has `contact`. Missing ids are None, but `unknown` for journeys.

    visitor: whom visits and clicks are counted by. visitor_key: the same, None where the warehouse makes up a
    key. tracker_session: the session id of trackers that have sessions of their own.
    """
    kind = hits["kind"].to_numpy()
    observed = np.isin(kind.astype(str), _OBSERVED)
    parts = [hits[~observed].assign(interaction_type=kind[~observed])]
    derived = {"website_visited": "website", "page_visited": "page", "redirect_clicked": "redirect"}
    for name, column in derived.items():
        others = [other for other in derived.values() if other != column]
        counted = hits[observed & (hits[column] >= 0)]
        parts.append(counted.assign(interaction_type=name, **dict.fromkeys(others, -1)))
    frame = pd.concat(parts, ignore_index=True)
    contact = frame["contact"].to_numpy()
    contact_id = _values_at(world.contacts.contact_id, contact)
    device = frame["device"].tolist()
    carried = np.array([visitor_id(number) if number >= 0 else None for number in device], dtype=object)
    logged = (frame["kind"] == REQUESTED).to_numpy()
    actors = frame["ip"].astype(str) + " " + frame["agent"].astype(str)
    visitor_key = np.where(contact >= 0, contact_id, carried)
    tracked = (frame["feed"] == SNOWPLOW).to_numpy()
    at = frame["at"].to_numpy()
    redirects = [one.redirect_url_id for one in web.redirects]
    return none_where_missing(pd.DataFrame({
        "interaction_type": frame["interaction_type"], "occurred_at": at,
        "interaction_date": local_dates(at, time_zone), "contact_id": contact_id,
        "visitor": np.where(logged, actors.to_numpy(), visitor_key), "visitor_key": visitor_key,
        "tracker_session": [
            tracker_session(visitor, when) if counts and visitor else None
            for counts, visitor, when in zip(tracked.tolist(), carried.tolist(), at.tolist(), strict=True)
        ],
        "is_machine": ((frame["agent"] >= CRAWLER) | frame["flagged"]).to_numpy(),
        "journey_id": _journeys(world, messages, frame),
        "website_id": _values_at([site.website_id for site in web.websites], frame["website"].to_numpy()),
        "page_id": _values_at([page.page_id for page in world.pages], frame["page"].to_numpy()),
        "form_id": _values_at(_ids(web.forms), frame["form"].to_numpy()),
        "redirect_url_id": _values_at(redirects, frame["redirect"].to_numpy()),
        "event_id": _values_at(_ids(web.events), frame["event"].to_numpy()),
        "survey_id": _values_at(_ids(web.surveys), frame["survey"].to_numpy()),
        "url": frame["url"], "address": [address(url) for url in frame["url"].tolist()],
        "referrer": frame["referrer"], "link_url": frame["link_url"],
        "submission_id": frame["submission_id"], "contact_result": frame["contact_result"],
        "lead_result": frame["lead_result"], "lead_id": _leads(frame), "score": frame["score"],
        "email_id": _emails(world, messages, frame), "amount": frame["amount"],
        "currency": frame["currency"], "order_id": frame["order_id"],
        "answers": _answers(world, frame), "credited": frame["credited"], "number": frame["number"],
        **places(*(frame[name].to_numpy() for name in ("geography", "place", "ip"))),
    }))  # fmt: skip


def add_web_interactions(world: World, web: Web, frame: pd.DataFrame, interactions: AllInteractions) -> None:
    """Add the interactions to the list of all interactions, with the names of what they are about."""
    about = {
        "website": "website_id", "page": "page_id", "form": "form_id", "redirect": "redirect_url_id",
        "event": "event_id", "survey": "survey_id", "converted": "order_id",
    }  # fmt: skip
    first = frame["interaction_type"].str.split("_").str[0]
    entity = np.full(len(frame), None, dtype=object)
    for beginning, column in about.items():
        mine = (first == beginning).to_numpy()
        entity[mine] = frame[column].to_numpy()[mine]
    links = frame["interaction_type"].isin(("website_clicked", "redirect_clicked"))
    visits = frame["interaction_type"].isin(("website_visited", "page_visited", "form_visited"))
    detail = frame["link_url"].where(links, frame["url"].where(visits, None)).to_numpy(copy=True)
    worth = frame["amount"].notna().to_numpy()
    detail[worth] = [
        " ".join(filter(None, (repr(amount).removesuffix(".0"), currency)))
        for amount, currency in zip(
            frame["amount"][worth].tolist(), frame["currency"][worth].tolist(), strict=True
        )
    ]
    interactions.add(len(frame), interaction_type=frame["interaction_type"].to_numpy(),
             occurred_at=frame["occurred_at"].to_numpy(), contact_id=frame["contact_id"].to_numpy(),
             lead_id=frame["lead_id"].to_numpy(), entity_id=entity, detail=detail,
             score=frame["score"].to_numpy(), is_machine=frame["is_machine"].to_numpy())  # fmt: skip
    interactions.name("website", {site.website_id: site.name for site in web.websites if site.in_crm})
    interactions.name("page", {page.page_id: page.name for page in world.pages})
    interactions.name("redirect_url", {one.redirect_url_id: one.name for one in web.redirects if one.in_crm})
    for what, things in (("form", web.forms), ("event", web.events), ("survey", web.surveys)):
        interactions.name(what, {thing.identifier: thing.name for thing in things if thing.in_crm})


@lru_cache(maxsize=10_000)
def address(url: str | None) -> str | None:
    """Return a URL without query, fragment and trailing slash, its host in lower case."""
    if url is None:
        return None
    scheme, _, rest = url.partition("#")[0].partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}".rstrip("/")


def credits(message_ids: MessageIds, credited: NDArray[np.int64]) -> dict[str, NDArray[np.object_]]:
    """Return the email and the journey that submissions are credited to."""
    return {
        "attributed_email_id": _values_at(message_ids.email_id, credited),
        "attributed_journey_id": _values_at(message_ids.journey_id, credited),
    }


def _values_at(names: Any, numbers: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the values at these positions, None for -1."""
    table = np.array([*names, None], dtype=object)
    return table[np.where(numbers >= 0, numbers, -1)]


def _ids(things: tuple[NamedEntity, ...]) -> list[str]:
    return [thing.identifier for thing in things]


def _leads(frame: pd.DataFrame) -> list[str | None]:
    """Return the lead ids that submissions carry; trackers have no field for them."""
    named = (frame["lead"] >= 0) & (frame["feed"] == NATIVE)
    return [lead_id(number) if says else None for number, says in zip(frame["lead"], named, strict=True)]


def _journeys(world: World, messages: Messages, frame: pd.DataFrame) -> NDArray[np.object_]:
    message = frame["message"].to_numpy()
    number = np.where(message >= 0, messages.journey[np.maximum(message, 0)], frame["journey"].to_numpy())
    names = _values_at([journey.journey_id for journey in world.journeys], number)
    return np.where(number >= 0, names, UNKNOWN)


def _emails(world: World, messages: Messages, frame: pd.DataFrame) -> NDArray[np.object_]:
    message = frame["message"].to_numpy()
    number = np.where(message >= 0, messages.email[np.maximum(message, 0)], -1)
    return np.where(number >= 0, _values_at([email.email_id for email in world.emails], number), UNKNOWN)


def _answers(world: World, frame: pd.DataFrame) -> list[str | None]:
    """Return the answers as JSON with sorted keys."""
    columns = (frame[name].tolist() for name in ("values", "interaction_type", "page", "number"))
    return [
        json.dumps(answers(world, kind, page, number), sort_keys=True, ensure_ascii=False) if filled else None
        for filled, kind, page, number in zip(*columns, strict=True)
    ]
