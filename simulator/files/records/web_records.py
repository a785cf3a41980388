"""Looks up what the numbers in the table of web hits stand for; has the `case` fault of their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.crm.submissions import lead_id
from simulator.events.email.model import Messages
from simulator.events.journeys.model import iteration_names
from simulator.events.web.hit_log import answers
from simulator.files.records.record import Hit, respelled
from simulator.world.catalogue import city, country, ip_address, user_agent
from simulator.world.model import World
from simulator.world.web import NamedEntity, Web, visitor_id

_COLUMNS = (
    "number", "kind", "at", "device", "user", "addressed", "address", "url", "referrer", "link_url",
    "website", "named", "page", "page_named", "form", "redirect", "event", "survey", "journey", "message",
    "agent", "geography", "place", "ip", "flagged", "variant", "method", "status", "submission_id",
    "contact_result", "lead_result", "lead", "score", "values", "amount", "currency", "order_id",
)  # fmt: skip


class HitSource:
    """Yields `Hit`s of a world, whose table of hits is in order of arrival."""

    def __init__(self, world: World, web: Web, messages: Messages, hits: pd.DataFrame, respell: bool) -> None:
        self.world, self.web, self.messages, self.hits = world, web, messages, hits
        self.respell = respell
        self.iterations = iteration_names(world, messages.journey, messages.iteration)

    def select(self, numbers: NDArray[np.int64]) -> Iterator[Hit]:
        """Yield the hits in these rows."""
        rows = self.hits.iloc[numbers]
        for row in zip(*(rows[name].tolist() for name in _COLUMNS), strict=True):
            yield self._record(dict(zip(_COLUMNS, row, strict=True)))

    def _record(self, row: dict[str, Any]) -> Hit:
        world, web = self.world, self.web
        score, geography, place = row["score"], row["geography"], row["place"]
        agent = user_agent(row["agent"])
        return Hit(
            kind=row["kind"],
            at=row["at"],
            number=row["number"],
            visitor_id=visitor_id(row["device"]) if row["device"] >= 0 else None,
            contact_id=world.contacts.contact_id[row["user"]] if row["user"] >= 0 else None,
            email=self._email(row),
            url=row["url"],
            referrer=row["referrer"],
            link_url=row["link_url"],
            website_id=web.websites[row["website"]].website_id if row["named"] else None,
            page_id=world.pages[row["page"]].page_id if row["page_named"] else None,
            form_id=_identifier_of(web.forms, row["form"]),
            redirect_url_id=web.redirects[row["redirect"]].redirect_url_id if row["redirect"] >= 0 else None,
            event_id=_identifier_of(web.events, row["event"]),
            survey_id=_identifier_of(web.surveys, row["survey"]),
            ids=self._ids(row["message"], row["journey"]),
            agent=agent.text if agent else None,
            ip=ip_address(row["ip"]),
            country=country(geography, place),
            place=city(geography, place),
            flagged=row["flagged"],
            variant=row["variant"],
            method=row["method"],
            status=row["status"],
            submission_id=row["submission_id"],
            contact_result=row["contact_result"],
            lead_result=row["lead_result"],
            lead_id=lead_id(row["lead"]) if row["lead"] >= 0 else None,
            score=None if np.isnan(score) else score,
            amount=None if np.isnan(row["amount"]) else row["amount"],
            currency=row["currency"],
            order_id=row["order_id"],
            values=answers(world, row["kind"], row["page"], row["number"]) if row["values"] else None,
        )

    def _ids(self, message: int, journey: int) -> dict[str, str]:
        world = self.world
        if message < 0:
            return {"journey_id": world.journeys[journey].journey_id} if journey >= 0 else {}
        return {
            "email_id": world.emails[self.messages.email[message]].email_id,
            "journey_id": world.journeys[self.messages.journey[message]].journey_id,
            "tile_id": world.tiles[self.messages.tile[message]].tile_id,
            "iteration_id": self.iterations[message],
        }

    def _email(self, row: dict[str, Any]) -> str | None:
        if row["addressed"] == -2:
            return f"stranger.{row['number']}@elsewhere.example"
        if row["address"] < 0:
            return None
        address: str = self.world.addresses[row["address"]]
        return respelled(address, row["variant"]) if self.respell else address


def _identifier_of(things: tuple[NamedEntity, ...], number: int) -> str | None:
    return things[number].identifier if number >= 0 else None
