"""CRM snapshots for a random world: entities that appear late, vanish, change, and come twice on one day."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from random import Random
from typing import Any

from ingestion.adapters.crm import ENTITIES
from reliability.experiments.worlds.shared_values import SharedValues


def files(random: Random, shared: SharedValues) -> Iterator[tuple[str, date, str, bytes]]:
    """Yield feed, arrival day, name and content of every snapshot."""
    for entity in ENTITIES:
        for _ in range(random.choice([0, 1, 1, 2, 3])):
            feed = random.choice(["crm", "crm", "crm", "crm_abroad"])
            rows = [_row(random, shared, entity) for _ in range(random.randint(1, 5))]
            folder = random.choice(["", "", "", "b/"])
            if random.random() < 0.5:
                yield feed, shared.day(random), f"{folder}{entity}.ndjson", _lines(rows)
            else:
                yield feed, shared.day(random), f"{folder}{entity}.csv", _table(rows)


def _row(random: Random, shared: SharedValues, entity: str) -> dict[str, Any]:
    """Draw a row: always its key, and most of the other columns."""
    key = ENTITIES[entity].key
    row: dict[str, Any] = {}
    for name in ENTITIES[entity].kinds:
        if name in key or random.random() < 0.8:
            row[name] = _value(random, shared, entity, name)
    return row


def _value(random: Random, shared: SharedValues, entity: str, name: str) -> Any:
    if name == "parent_tile_id":
        return shared.id(random, "tile_id")
    if name.removeprefix("source_") in shared.ids:
        return shared.id(random, name.removeprefix("source_"))
    if name.endswith("_at"):
        return shared.instant(random, shared.day(random)).replace(tzinfo=None).isoformat()
    return _DRAWN[name](random, shared) if name in _DRAWN else f"{entity} {random.choice('XYZ')}"


#: How to draw columns that are neither ids nor instants nor names.
_DRAWN: dict[str, Callable[[Random, SharedValues], Any]] = {
    "email": lambda random, shared: shared.address(random),
    "country": lambda random, _: random.choice(["DE", "US"]),
    "do_not_bulk_email": lambda random, _: random.choice(["true", "false"]),
    "consent_level": lambda random, _: random.randint(0, 5),
    "stage": lambda random, _: random.choice(["new", "warm", "hot"]),
    "status": lambda random, _: random.choice(["open", "won", "lost"]),
    "segment_type": lambda random, _: random.choice(["static", "dynamic"]),
    "is_recurring": lambda random, _: random.choice(["true", "false"]),
    "parent_path": lambda random, _: random.choice(["yes", "no"]),
    "sort_order": lambda random, _: random.randint(1, 3),
    "sales_ready_score": lambda random, _: random.choice([10, 50, 90]),
    "url": lambda random, shared: shared.url(random),
    "target_url": lambda random, shared: shared.url(random),
    "path": lambda random, shared: random.choice(shared.paths),
    "hosts": lambda random, shared: ";".join(random.sample(shared.hosts, random.randint(1, 2))),
}


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def _table(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
