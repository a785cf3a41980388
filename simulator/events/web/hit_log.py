"""The table of web hits, one row per record that a feed contains, and the collector that builds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.arrivals import NOT_SEEN, arrivals
from simulator.events.columns import frame_of
from simulator.world.model import SECOND, World

WEB_FEEDS = ("segment", "snowplow", "access_log", "interactions", "dynamics365")
SEGMENT, SNOWPLOW, ACCESS_LOG, NATIVE, EXPORT = range(len(WEB_FEEDS))
#: The precision of each feed's clock, in microseconds.
QUANTUM = np.array([1_000, 1_000, SECOND, 1_000, SECOND])
#: Kinds of records that are no interaction by themselves: page views of trackers, requests in server logs,
#: and calls that identify a visitor.
VIEWED, REQUESTED, IDENTIFIED, ALIASED = "page_viewed", "request_logged", "identified", "aliased"

#: The columns and their defaults; numbers index the world's lists and are -1 where there is none. arrives:
#: drawn where it is -1. device: whose visitor id the record carries. user: the contact whose id it carries.
#: addressed: the contact whose address it carries, -2 for an unknown person's. location: where it happened.
#: website, page, form, redirect: what it counts for; named, page_named: the record gives the website's or
#: page's id. message: the one whose ids it carries. planned, lead: the planned submission, and the submission
#: that created the lead. status: of HTTP. values: it has form or survey answers.
COLUMNS: dict[str, Any] = {
    "kind": None, "feed": NATIVE, "at": 0, "arrives": -1, "device": -1, "user": -1, "addressed": -1,
    "location": -1, "url": None, "referrer": None, "link_url": None, "website": -1, "named": False,
    "page": -1,
    "page_named": False, "form": -1, "redirect": -1, "event": -1, "survey": -1, "journey": -1,
    "message": -1, "agent": -1, "geography": 0, "place": -1, "ip": -1, "flagged": False, "variant": 0,
    "method": None, "status": -1, "submission_id": None, "contact_result": None, "lead_result": None,
    "planned": -1, "lead": -1, "score": np.nan, "values": False, "amount": np.nan, "currency": None,
    "order_id": None,
}  # fmt: skip
_TYPES = {
    "score": np.float64,
    "amount": np.float64,
    "named": bool,
    "page_named": bool,
    "flagged": bool,
    "values": bool,
}


class HitLog:
    """Collects web hits; `arrived` cuts their times to each feed's precision."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._parts: list[pd.DataFrame] = []

    def add(self, count: int, **columns: Any) -> None:
        """Add `count` hits: an array or one value per column of COLUMNS. Raises ValueError for an unknown
        column."""
        if count:
            self._parts.append(frame_of(count, columns, COLUMNS, _TYPES))

    def arrived(self, late: bool) -> pd.DataFrame:
        """Return the hits that arrive before the world ends, in order of arrival, with `number`; with `late`
        some arrive days later."""
        hits = none_where_missing(pd.concat(self._parts, ignore_index=True))
        at = hits["at"].to_numpy()
        quantum = QUANTUM[hits["feed"].to_numpy()]
        hits["at"] = np.maximum(at // quantum * quantum, self.world.begin)
        drawn = arrivals(self.world, "hits", hits["at"].to_numpy(), late)
        given = hits["arrives"].to_numpy()
        arrives = np.where(given >= 0, given, drawn)
        hits["arrives"] = np.where(arrives < self.world.end, arrives, NOT_SEEN)
        hits["number"] = np.arange(len(hits))
        hits = hits[hits["arrives"] < NOT_SEEN].sort_values(["arrives", "number"], kind="stable")
        return _logged_twice(hits).reset_index(drop=True)


def chosen_rows(columns: dict[str, Any], which: NDArray[np.int64]) -> dict[str, Any]:
    """Return the chosen rows of columns for `HitLog.add`; a value that is no array or list holds for all
    rows."""
    return {
        name: np.asarray(values)[which] if isinstance(values, np.ndarray | list) else values
        for name, values in columns.items()
    }


def none_where_missing(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with text columns of plain objects, None where a value is missing."""
    texts = [str(name) for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.assign(
        **{name: frame[name].astype(object).where(frame[name].notna(), None) for name in texts}
    )


def _logged_twice(hits: pd.DataFrame) -> pd.DataFrame:
    """Repeat some requests of server logs: equal lines within one second are separate requests."""
    again = (hits["feed"] == ACCESS_LOG) & (hits["number"] % 61 == 7)
    return pd.concat([hits, hits[again]]).sort_values(["arrives", "number"], kind="stable")


def answers(world: World, kind: str, page: int, number: int) -> dict[str, Any]:
    """Return the answers given in a survey or a form, by field name."""
    if kind == "survey_responded":
        return {"liked": ["everything", "nothing", 'the "cake"'][number % 3], "again": bool(number % 2)}
    topic = world.pages[page].name if page >= 0 else "Newsletter"
    return {"topic": topic, "newsletter": "yes" if number % 2 else "no"}


#: Per web feed, the cumulated shares of records with nothing, with an IP address, with a country, with a city
#: without and with coordinates.
GEOGRAPHY = np.cumsum([(0.1, 0.9, 0, 0, 0), (0.1, 0.3, 0, 0, 0.6), (0, 1, 0, 0, 0), (0.1, 0.4, 0.2, 0, 0.3),
                       (0.3, 0, 0.2, 0.5, 0)],
                      axis=1)  # fmt: skip


@dataclass(frozen=True)
class WebHits:
    """hits: a row per record, with `contact` (-1 unknown) and `credited`, the credited message's number.
    email_devices: per email event the device whose visitor id it carries, -1 none."""

    hits: pd.DataFrame
    email_devices: NDArray[np.int64]

    @property
    def submitted(self) -> pd.DataFrame:
        """The first hit of each submission, in order of time."""
        hits = self.hits[self.hits["kind"] == "form_submitted"].sort_values(["at", "number"])
        key = hits["submission_id"].where(hits["submission_id"].notna(), hits["number"])
        return hits[~key.duplicated()]
