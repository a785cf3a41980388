"""Whether a build would have anything to do, from names, sizes and times of the landing zone's files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from ingestion.config import Config
from ingestion.landing.discovery import discover
from ingestion.landing.feed import FoundFile
from orchestration.errors import usage_errors


@dataclass(frozen=True)
class Look:
    """Result of comparing names, sizes and times of the landing zone's files with the ledger, unopened."""

    has_news: bool
    warnings: list[str]
    left_aside: list[str]


def glance(
    ledger: duckdb.DuckDBPyConnection,
    landing: str,
    config: Config,
    from_day: date | None,
    to_day: date | None,
) -> Look:
    """Compare the landing zone with a home's ledger, without opening a file.

    from_day, to_day: the first and last arrival day to compare; None for no limit.
    """
    with usage_errors():
        found = discover(landing, config, from_day=from_day, to_day=to_day)
    has_unpublished = bool(ledger.execute("select 1 from files where is_new limit 1").fetchall())
    rows = ledger.execute(
        f"select file_id, size_bytes, modified_at, {_etag_in(ledger)}, state, arrival_date, "
        "file_quarantined and checksum is null, "
        "feed || '/' || arrival_date || '/' || file from files"
    ).fetchall()
    known = {row[0]: _Known(*row[1:]) for row in rows}
    present = {file.file_id for file in found.files}
    gone = [
        file
        for file_id, file in known.items()
        if file_id not in present
        and (from_day is None or file.arrival_date >= from_day)
        and (to_day is None or file.arrival_date <= to_day)
    ]
    is_drifting = any(_has_drifted(file, known.get(file.file_id)) for file in found.files)
    has_news = has_unpublished or is_drifting or any(file.state != "vanished" for file in gone)
    changed = [known[file_id].path for file_id in present & known.keys() if known[file_id].state == "changed"]
    warnings = [
        *found.warnings,
        *(f"{path}: changed after it was read; what was read first still counts" for path in sorted(changed)),
        *(f"{file.path}: no longer in the landing zone; what was read of it still counts" for file in gone),
    ]
    return Look(has_news, warnings, found.warnings)


@dataclass(frozen=True)
class _Known:
    size_bytes: int
    modified_at: datetime
    etag: str | None
    state: str
    arrival_date: date
    is_unopened: bool
    path: str


def _can_be_read(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)


def _has_drifted(found: FoundFile, known: _Known | None) -> bool:
    """Whether landing would read a file or warn about it."""
    if known is None or (known.is_unopened and _can_be_read(found.path)):
        return True
    is_same = (known.size_bytes, known.etag or known.modified_at) == found.version
    return is_same != (known.state == "read")


def _etag_in(ledger: duckdb.DuckDBPyConnection) -> str:
    """Return the column of objects' tags; an earlier version's ledger lacks it until a build opens it."""
    columns = ledger.execute("select column_name from duckdb_columns() where table_name = 'files'").fetchall()
    return "etag" if ("etag",) in columns else "null"
