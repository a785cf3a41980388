"""The expected web, event, survey and form marts of contacts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.events.email.model import UNKNOWN
from simulator.truth.rows import NO_TIME, instants
from simulator.truth.web.marts import submissions


def tables(frame: pd.DataFrame, detail: bool) -> dict[str, pd.DataFrame]:
    """Return the contact web, event, survey and form marts; empty unless `detail`, because they grow with the
    feeds.
    """
    if not detail:
        return {}
    known = frame[frame["contact_id"].notna()]
    return {
        "mart_contact_web": _web(known),
        "mart_contact_events": _participations(known),
        "mart_contact_surveys": _surveys(frame),
        "mart_contact_forms": _forms(submissions(frame)),
    }


def _web(known: pd.DataFrame) -> pd.DataFrame:
    web = known[known["interaction_type"].isin(("website_visited", "website_clicked"))]
    clicked = web["interaction_type"] == "website_clicked"
    web = web.assign(
        website_id=web["website_id"].fillna(UNKNOWN), url=web["address"], clicks=clicked, visits=~clicked,
        link_url=np.where(clicked, web["link_url"], ""),
    )  # fmt: skip
    keys = ["contact_id", "website_id", "url", "link_url", "interaction_date"]
    counts = web.groupby(keys)[["visits", "clicks"]].sum()
    times = web.groupby(keys)["occurred_at"]
    counts = counts.assign(first_at=instants(times.min()), last_at=instants(times.max()))
    return counts.reset_index()


def _participations(visible: pd.DataFrame) -> pd.DataFrame:
    events = visible[visible["interaction_type"].str.startswith("event_")]
    keys = ["contact_id", "event_id"]
    events = events.assign(event_id=events["event_id"].fillna(UNKNOWN))
    rows = events.groupby(keys).size()
    found = {}
    for column, kind, pick in (
        ("registered_at", "event_registered", "min"),
        ("cancelled_at", "event_registration_cancelled", "max"),
        ("checked_in_at", "event_checked_in", "min"),
    ):
        times = events[events["interaction_type"] == kind].groupby(keys)["occurred_at"].agg(pick)
        known = times.reindex(rows.index).fillna(-1).astype(np.int64)
        found[column] = instants(known.where(known >= 0, NO_TIME))
    return pd.DataFrame(found).reset_index()


def _surveys(frame: pd.DataFrame) -> pd.DataFrame:
    """Return every survey answer, also those of unknown people."""
    answered = frame[frame["interaction_type"] == "survey_responded"].sort_values(["occurred_at", "number"])
    frame = answered[["contact_id", "survey_id", "score", "answers"]]
    frame = frame.fillna({"contact_id": UNKNOWN, "survey_id": UNKNOWN})
    return frame.assign(occurred_at=instants(answered["occurred_at"])).reset_index(drop=True)


def _forms(submitted: pd.DataFrame) -> pd.DataFrame:
    mine = submitted[submitted["contact_id"].notna()]
    frame = mine[["submission_id", "contact_id", "form_id", "page_id"]]
    frame = frame.fillna({"form_id": UNKNOWN, "page_id": UNKNOWN})
    return frame.assign(submitted_at=instants(mine["occurred_at"]), submitted_values=mine["answers"])
