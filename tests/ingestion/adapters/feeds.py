"""Landing a few lines of a provider's feed and reading back what became of them.

Belongs here: what the tests of every JSON provider share. Does not belong here: what a provider's events
look like (its own test file).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.config import Config
from ingestion.landing.feed import Feed
from tests.ingestion.zone import Zone


@dataclass(frozen=True)
class Landed:
    """What one file of lines became. books: records read, readable, ignored, quarantined."""

    rows: list[dict[str, Any]]
    ignored: dict[str, int]  # by type
    quarantined: list[str]  # reason codes in the order of the file
    nulled: dict[str, int]
    books: tuple[int, int, int, int]


def land_lines(
    folder: Path, adapter: str, lines: Iterable[Any], *, arrival: str, ids: Mapping[str, str] | None = None
) -> Landed:
    """Land the lines (text as it stands, anything else as JSON) as one file that arrived on `arrival`."""
    zone = Zone(Path(tempfile.mkdtemp(dir=folder)))
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    zone.put("".join(f"{text}\n" for text in texts), "events.ndjson", arrival, adapter)
    zone.land(Config(feeds=(Feed(adapter, adapter, adapter, ids=dict(ids or {})),)))
    (books,) = zone.books()
    return Landed(
        rows=zone.records(adapter, "line_number, item_index, row_index"),
        ignored=dict(zone.ledger("select record_type, records from ignored_records")),
        quarantined=[reason_code for (reason_code,) in zone.quarantine("reason_code")],
        nulled=dict(zone.ledger("select field, records from nulled_values where records > 0")),
        books=books,
    )
