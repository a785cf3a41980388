"""Dynamics 365 exports written by hand: blobs, `model.json`, and a folder of both for an arrival day.

Belongs here: what an export looks like on disk. Does not belong here: what should become of it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

#: Columns of every type.
COMMON = ("InteractionType", "OrganizationId", "Timestamp", "InternalMarketingInteractionId", "Version")
_CONTAINER = "https://account.blob.core.windows.net:443/container"


def record(record_type: str, key: str, **fields: Any) -> dict[str, Any]:
    """One record; a column that `fields` does not name is as nearly every record has it."""
    return {
        "InteractionType": record_type,
        "OrganizationId": "org",
        "Timestamp": "3/1/2026 4:05:06 PM +00:00",
        "InternalMarketingInteractionId": key,
        "Version": 1,
        **fields,
    }


def blob(
    records: Iterable[Mapping[str, Any]],
    *,
    columns: Sequence[str] | None = None,
    line_break: str = "\r\n",
    quote_all: bool = True,
    encoding: str = "utf-8",
    header: bool = True,
) -> bytes:
    """A blob: its header, then a line per record."""
    rows = list(records)
    names = list(columns or dict.fromkeys([*COMMON, *(name for row in rows for name in row)]))
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    writer = csv.DictWriter(
        text, names, restval="", extrasaction="ignore", lineterminator=line_break, quoting=quoting
    )
    if header:
        text.write(",".join(names) + line_break)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def model(blobs: Iterable[str]) -> bytes:
    """A `model.json` that lists the blobs (`csv/<Type>/<name>`)."""
    by_type: dict[str, list[str]] = {}
    for name in blobs:
        by_type.setdefault(name.split("/")[1], []).append(name)
    entities = [
        {
            "$type": "LocalEntity",
            "name": record_type,
            "attributes": [{"name": name, "dataType": "string"} for name in COMMON],
            "partitions": [
                {"name": name.rpartition("/")[2], "location": f"{_CONTAINER}/{name}"} for name in names
            ],
        }
        for record_type, names in by_type.items()
    ]
    return json.dumps({"name": "MarketingInteractionModel", "version": "1.0", "entities": entities}).encode()


def write_day(folder: Path, blobs: Mapping[str, bytes], *, listed: Iterable[str] | None = None) -> None:
    """Write a day's CDM folder. `listed`: what `model.json` lists; everything by default."""
    for name, content in blobs.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "model.json").write_bytes(model(blobs if listed is None else listed))
