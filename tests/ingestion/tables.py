"""Reading one file with a tabular adapter, or landing a day of files, and what became of them.

Belongs here: what the tests of native interactions and CRM snapshots share. Does not belong here: what
their rows look like (their own test files).
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import zstandard

from ingestion.adapters.adapter import TabularAdapter
from ingestion.config import Config
from ingestion.errors import UnreadableFile
from ingestion.files.tables.batch import TableBatch
from ingestion.files.tables.table import BadRecord, TableFile
from ingestion.landing.feed import Feed
from ingestion.values.instants import DateOrder
from tests.ingestion.zone import Zone

ARRIVAL = date(2026, 1, 2)


@dataclass(frozen=True)
class Read:
    """What one file became. Rows hold what is not null, the trace (but `line_number`) left out."""

    rows: list[dict[str, Any]]
    bad: list[BadRecord]
    nulled: dict[str, int]
    warnings: tuple[str, ...]
    readable: int

    @property
    def reasons(self) -> list[tuple[str, int | None]]:
        """Reason code and line of each bad record, by line."""
        return sorted(((bad.reason_code, bad.line) for bad in self.bad), key=lambda pair: pair[1] or 0)


_TRACE = ("feed", "arrival_date", "snapshot_date", "file_id", "byte_offset", "item_index", "row_index")


def read_file(
    folder: Path,
    adapter: TabularAdapter,
    name: str,
    content: bytes,
    *,
    timezone: str = "UTC",
    ids: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
) -> Read:
    """Read `content` as a file called `name`."""
    path = folder / "plain"
    path.write_bytes(content)
    spill = folder / "spill"
    spill.mkdir(exist_ok=True)
    connection = duckdb.connect(config={"preserve_insertion_order": False, "threads": 2})
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set variable feed_zone = ?", [timezone])
    file = adapter.as_text(TableFile(path, name, ARRIVAL, 7, data=content), spill)
    relation = adapter.relation_of(file)
    table = adapter.table(relation, ids or {}, date_order)
    batch = TableBatch(connection, table, "feed", spill)
    reading = batch.read([file])[7]
    if isinstance(reading, UnreadableFile):
        raise reading
    found = batch.rows(is_ordered=True)
    assert found.columns == list(adapter.relations[relation])
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    assert all(row["feed"] == "feed" and row["file_id"] == 7 for row in rows)
    assert reading.readable == len(rows)
    rows = [{k: v for k, v in row.items() if v is not None and k not in _TRACE} for row in rows]
    ordered = sorted(rows, key=lambda row: row["line_number"])
    nulled = {name: lost for name, (lost, _) in reading.nulled.items() if lost}
    return Read(ordered, list(reading.bad), nulled, reading.warnings, reading.readable)


def packed(content: bytes, extension: str) -> bytes:
    """The bytes of a file with that extension: plain, gzip or zstd."""
    if extension == ".gz":
        return gzip.compress(content)
    return zstandard.compress(content) if extension == ".zst" else content


def parquet(folder: Path, rows: pa.Table) -> bytes:
    """The bytes of a Parquet file with these rows."""
    import pyarrow.parquet as pq

    pq.write_table(rows, folder / "rows.parquet")
    return (folder / "rows.parquet").read_bytes()


@dataclass(frozen=True)
class Landed:
    """What a day of files became. books: file -> records read, readable, ignored, quarantined."""

    relations: dict[str, list[dict[str, Any]]]
    books: dict[str, tuple[int, int, int, int]]
    quarantined: list[tuple[str, str | None, int | None]] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)
    nulled: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def land_files(folder: Path, adapter: str, files: Mapping[str, bytes], *, timezone: str = "UTC") -> Landed:
    """Land files, by their names, that arrived on `ARRIVAL`."""
    zone = Zone(folder)
    for name, content in files.items():
        zone.put(content, name, ARRIVAL.isoformat(), adapter)
    report = zone.land(Config(feeds=(Feed(adapter, adapter, adapter, timezone),)))
    relations = zone.ledger("select distinct relation from parts")
    books = "file, records_read, records_readable, ignored, quarantined"
    return Landed(
        relations={relation: zone.records(relation) for (relation,) in relations},
        books={name: tuple(counts) for name, *counts in zone.ledger(f"select {books} from files")},
        rejected=dict(zone.ledger("select file, reason_code from files where file_quarantined")),
        quarantined=zone.ledger(
            "select file, reason_code, line from quarantined_records order by file, line"
        ),
        nulled=dict(
            zone.ledger("select field, sum(records) from nulled_values where records > 0 group by all")
        ),
        warnings=tuple(report.warnings),
    )
