"""Sound records of every feed, taken from simulated files; each copy gets a marker as its id."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import zstandard

from simulator import simulate

Body = dict[str, Any]

#: Files arrive on the second day of the world, so that events of both days are in range.
WORLD_STARTS = date(2026, 1, 1)
ARRIVAL = "2026-01-02"

#: Per JSON feed, the path of a record's own id, and the raw column that shows it.
_MARKED: dict[str, tuple[tuple[str, ...], str]] = {
    "sendgrid": (("sg_event_id",), "sg_event_id"),
    "ses": (("mail", "messageId"), "message_id"),
    "mailgun": (("id",), "event_id"),
    "postmark": (("MessageID",), "message_id"),
    "sparkpost": (("event_id",), "event_id"),
    "brevo": (("message-id",), "message_id"),
    "mandrill": (("msg", "_id"), "message_id"),
    "segment": (("messageId",), "call_id"),
    "interactions": (("interaction_id",), "interaction_id"),
}
JSON_FEEDS = tuple(_MARKED)
#: The raw column that shows a marker, by relation; CRM entities are marked by their keys.
MARKER_COLUMNS = {feed: column for feed, (_, column) in _MARKED.items()} | {
    "snowplow": "event_id",
    "access_log": "target",
    "dynamics365": "interaction_id",
}
_SNOWPLOW_EVENT_ID = 6
_REQUEST = re.compile(r'"(?:GET|POST|HEAD) (\S+)')


@dataclass
class Samples:
    """Sound records by feed.

    bodies: of JSON feeds. cells: rows of Snowplow columns. logged: lines of the access log. rows: of tables,
    by feed and type or entity.
    """

    bodies: dict[str, list[Body]] = field(default_factory=lambda: defaultdict(list))
    cells: list[list[str]] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    rows: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))


def sound(folder: Path, seed: int) -> Samples:
    """Simulate a small world below `folder` and return its records."""
    simulate(folder, contacts=1000, days=2, seed=seed, start=WORLD_STARTS)
    found = Samples()
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.parent == folder or path.name.endswith((".parquet", "model.json")):
            continue
        feed = path.relative_to(folder).parts[0]
        text = _text(path)
        if feed == "snowplow":
            found.cells += [line.split("\t") for line in text.splitlines() if line]
        elif feed == "access_log":
            found.logged += [line for line in text.splitlines() if _REQUEST.search(line)]
        elif feed == "dynamics365":
            found.rows[feed, path.parent.name] += _rows(text)
        elif feed == "crm" and ".csv" in path.name:
            found.rows[feed, path.name.split(".")[0]] += _rows(text)
        elif feed in _MARKED and ".csv" not in path.name:
            found.bodies[feed] += [body for body in _bodies(text) if _id_object(feed, body) is not None]
    return found


def marked(feed: str, body: Body, marker: str) -> Body:
    """Return a copy of a record with the marker as its id."""
    named = copy.deepcopy(body)
    id_object = _id_object(feed, named)
    assert id_object is not None
    id_object[_MARKED[feed][0][-1]] = marker
    return named


def marked_cells(cells: list[str], marker: str) -> list[str]:
    """Return a copy of a Snowplow event with the marker as its id."""
    return [*cells[:_SNOWPLOW_EVENT_ID], marker, *cells[_SNOWPLOW_EVENT_ID + 1 :]]


def marked_line(line: str, marker: str) -> str:
    """Return a copy of a logged request with the marker as its target."""
    found = _REQUEST.search(line)
    assert found is not None
    return f"{line[: found.start(1)]}{marker}{line[found.end(1) :]}"


def _id_object(feed: str, body: Body) -> Body | None:
    """Return the object in a record that holds its id, None where there is none."""
    at: Any = body
    for step in _MARKED[feed][0][:-1]:
        at = at.get(step)
        if not isinstance(at, dict):
            return None
    return at if _MARKED[feed][0][-1] in at else None


def _text(path: Path) -> str:
    content = path.read_bytes()
    if path.name.endswith(".gz"):
        content = gzip.decompress(content)
    elif path.name.endswith(".zst"):
        content = zstandard.decompress(content)
    return content.decode("utf-8-sig", "replace")  # old blobs of an export are in cp1252


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _bodies(text: str) -> Iterator[Body]:
    """Yield every event in a text of JSON values, also those inside arrays and envelopes."""
    decoder, at = json.JSONDecoder(), 0
    while found := re.compile(r"[{\[]").search(text, at):
        value, at = decoder.raw_decode(text, found.start())
        yield from _events(value)


def _events(value: Any) -> Iterator[Body]:
    if isinstance(value, list):
        for one in value:
            yield from _events(one)
    elif isinstance(value, dict):
        inside = next((value[key] for key in _ENVELOPES if key in value), None)
        if value.get("Type") == "Notification":
            inside = json.loads(value["Message"])
        elif isinstance(inside, dict) and "msys" in value:
            inside = list(inside.values())
        if inside is None:
            yield value
        else:
            yield from _events(inside)


_ENVELOPES = ("mandrill_events", "event-data", "items", "batch", "msys")
