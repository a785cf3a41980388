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

import duckdb

from ingestion.config import Config
from ingestion.landing.feed import Feed
from ingestion.landing.run import land


@dataclass(frozen=True)
class Landed:
    """What one file of lines became. books: records read, readable, ignored, quarantined."""

    rows: list[dict[str, Any]]
    ignored: dict[str, int]  # by type
    reasons: dict[str, str]  # why, by type
    quarantined: list[str]  # reason codes in the order of the file
    nulled: dict[str, int]
    books: tuple[int, int, int, int]


def land_lines(
    folder: Path, adapter: str, lines: Iterable[Any], *, arrival: str, ids: Mapping[str, str] | None = None
) -> Landed:
    """Land the lines (text as it stands, anything else as JSON) as one file that arrived on `arrival`."""
    root = Path(tempfile.mkdtemp(dir=folder))
    day = root / "landing" / adapter / arrival
    day.mkdir(parents=True)
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    (day / "events.ndjson").write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    feed = Feed(name=adapter, adapter=adapter, path=adapter, ids=dict(ids or {}))
    land(root / "home", root / "landing", Config(feeds=(feed,)))
    return _read_back(root / "home", adapter)


def _read_back(home: Path, relation: str) -> Landed:
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"attach '{home / 'ledger.duckdb'}' as ledger (read_only)")
    parts = [str(home / path) for (path,) in connection.sql("select path from ledger.parts").fetchall()]
    rows: list[dict[str, Any]] = []
    if parts:
        read = connection.read_parquet(parts).order("line_number, item_index, row_index")
        rows = [dict(zip(read.columns, row, strict=True)) for row in read.fetchall()]
    books = connection.sql(
        "select records_read, records_readable, ignored, quarantined from ledger.files"
    ).fetchone()
    assert books is not None, f"no file of {relation} was read"
    return Landed(
        rows=rows,
        ignored=dict(connection.sql("select record_type, records from ledger.ignored_records").fetchall()),
        reasons=dict(connection.sql("select record_type, reason from ledger.ignored_records").fetchall()),
        quarantined=[
            code
            for (code,) in connection.sql(
                "select reason_code from ledger.quarantined_records order by line, item_index"
            ).fetchall()
        ],
        nulled=dict(
            connection.sql("select field, records from ledger.nulled_values where records > 0").fetchall()
        ),
        books=books,
    )
