"""The expected marts of conversions: each order once, with the first and the last touch that led to it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pandas as pd

from simulator.events.email.model import UNKNOWN
from simulator.truth.rows import instants

#: Thirty days, in microseconds.
WINDOW = 30 * 86_400 * 1_000_000
_TOUCHING = ("website_visited", "page_visited", "redirect_clicked")
_KEYS = [
    "conversion_date",
    *(f"last_touch_{what}" for what in ("type", "email_id", "journey_id", "campaign")),
]


class Touch(NamedTuple):
    """A click or visit, in the order in which those of one instant are preferred."""

    at: int
    preference: int
    email_id: str
    journey_id: str
    campaign: str
    type: str


def tables(web: pd.DataFrame, email_events: pd.DataFrame, detail: bool) -> dict[str, pd.DataFrame]:
    """Return the marts of conversions; the one with a row per conversion only with `detail`.

    web: the interactions of the web. email_events: the events of e-mails.
    """
    found = _attributed(_conversions(web), _touches(web, email_events))
    grouped = found.fillna({"amount": 0}).groupby([*_KEYS, "currency"], as_index=False)
    daily = grouped.agg(
        conversions=("amount", "size"), amount=("amount", lambda amounts: round(amounts.sum(), 4))
    )
    worth = found[found["amount"].notna()].groupby([*_KEYS, "currency"]).size()
    has_amount = pd.MultiIndex.from_frame(daily[[*_KEYS, "currency"]]).isin(worth.index)
    frames = {"mart_conversions_daily": daily.assign(amount=daily["amount"].where(has_amount))}
    if detail:
        frames["mart_conversions"] = found
    return frames


def utm_parameters(url: str | None) -> dict[str, str]:
    """Return the UTM parameters of a URL's query by name, in lower case."""
    query = parse_qs(urlsplit(url).query) if url else {}
    return {
        name.lower(): values[0].strip() for name, values in query.items() if name.lower().startswith("utm_")
    }


def _conversions(web: pd.DataFrame) -> pd.DataFrame:
    """Return one row per order, its first report; a report without an order id is a conversion of its own."""
    reports = web[web["interaction_type"] == "converted"].sort_values(["occurred_at", "number"])
    order = reports["order_id"].where(reports["order_id"].notna(), reports["number"])
    return reports[~order.duplicated()]


def _touches(web: pd.DataFrame, email_events: pd.DataFrame) -> dict[str, list[Touch]]:
    """Return the touches of each person, in order."""
    found: dict[str, list[Touch]] = defaultdict(list)
    clicked = (email_events["interaction_type"] == "email_clicked") & ~email_events["is_machine"]
    for click in _rows(email_events[clicked]):
        campaign = utm_parameters(click["link_url"]).get("utm_campaign", UNKNOWN)
        touch = Touch(click["occurred_at"], 1, click["email_id"], click["journey_id"], campaign, "email")
        found[click["contact_id"]].append(touch)
    visited = web["interaction_type"].isin(_TOUCHING) & ~web["is_machine"] & web["visitor_key"].notna()
    for visit in _rows(web[visited]):
        redirected = visit["interaction_type"] == "redirect_clicked"
        utm = utm_parameters(visit["url"])
        if redirected:
            utm = utm_parameters(visit["link_url"]) | utm
        if not (utm or redirected or visit["redirect_url_id"]):
            continue
        preference, kind = (3, "redirect_url") if redirected else (2, "visit")
        campaign = utm.get("utm_campaign", UNKNOWN)
        touch = Touch(
            visit["occurred_at"], preference, visit["email_id"], visit["journey_id"], campaign, kind
        )
        found[visit["visitor_key"]].append(touch)
    return {person: sorted(touches) for person, touches in found.items()}


def _rows(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Return the rows with the columns that touches are made of; a missing one is None."""
    names = ["interaction_type", "occurred_at", "contact_id", "visitor_key", "email_id", "journey_id", "url",
             "link_url", "redirect_url_id"]  # fmt: skip
    plain = frame.reindex(columns=names).astype(object)
    return plain.where(plain.notna(), None).to_dict("records")


def _attributed(conversions: pd.DataFrame, touches: dict[str, list[Touch]]) -> pd.DataFrame:
    """Return the conversions with the columns of their first and last touch."""
    pairs = [
        _first_and_last(touches.get(person, []), at)
        for person, at in zip(conversions["visitor_key"], conversions["occurred_at"], strict=True)
    ]
    columns: dict[str, Any] = {
        f"{which}_touch_{what}": [getattr(pair[number], what) for pair in pairs]
        for number, which in enumerate(("first", "last"))
        for what in ("type", "email_id", "journey_id", "campaign")
    }
    names = ["contact_id", "order_id", "amount", "currency"]
    frame = conversions[names].fillna({"contact_id": UNKNOWN, "currency": UNKNOWN})
    return frame.assign(
        occurred_at=instants(conversions["occurred_at"]),
        conversion_date=conversions["interaction_date"],
        **columns,
    ).reset_index(drop=True)


def _first_and_last(touches: list[Touch], at: int) -> tuple[Touch, Touch]:
    """Return the earliest and the latest touch in the window before an instant; of the latest at one instant
    the preferred one."""
    since, until = (at - WINDOW,), (at + 1,)
    within = touches[bisect_left(touches, since) : bisect_right(touches, until)]
    if not within:
        direct = Touch(at, 0, UNKNOWN, UNKNOWN, UNKNOWN, "direct")
        return direct, direct
    return within[0], min(touch for touch in within if touch.at == within[-1].at)
