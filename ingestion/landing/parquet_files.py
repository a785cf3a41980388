"""Writes the Parquet parts of raw relations under a temporary name, then renames them.

Removes unrecorded parts.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Protocol

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.ledger import Part
from ingestion.values.identifier_columns import cleaned

_RAW = "raw"
_ASIDE = ".aside"
_EPOCH = date(1970, 1, 1)
_BATCH_ROWS = 100_000


class Anonymiser(Protocol):
    """Removes erased people from data that are landed (implemented in `erasure/anonymise.py`)."""

    def rows(self, relation: str, rows: pa.Table) -> pa.Table:
        """Return rows of a raw relation without erased people."""

    def text(self, text: str | None) -> str | None:
        """Return one text without erased people."""

    def texts(self, connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
        """Remove erased people from a column of texts; return how many texts changed."""

    def quarantine(self, connection: duckdb.DuckDBPyConnection, table: str) -> int:
        """Remove erased people from quarantined records; return how many lost their whole text."""


class PartWriter:
    """Writes the parts of one relation and feed, with clean ids and without erased people."""

    def __init__(
        self, home: Path, relation: str, feed: str, anonymiser: Anonymiser | None = None, suffix: str = ""
    ) -> None:
        self._home = home
        self._suffix = suffix
        self._relation = relation
        self._feed = feed
        self._anonymiser = anonymiser
        self._aside = home / _RAW / _ASIDE

    def write_rows(self, rows: pa.Table, token: str) -> list[Part]:
        """Write rows as one part per arrival day; return the parts. `token` makes their names unique."""
        rows = self._ready(rows)
        days = _days(rows)
        if (np.diff(days) < 0).any():
            rows = rows.take(pa.array(np.argsort(days, kind="stable")))
        return self._write(_by_day(rows), rows.schema, token)

    def write_relation(self, rows: duckdb.DuckDBPyRelation, token: str) -> list[Part]:
        """Write the rows of a relation that is sorted by arrival day, one part per day; return the parts."""
        batches = rows.to_arrow_reader(_BATCH_ROWS)
        tables = (self._ready(pa.Table.from_batches([batch])) for batch in batches)
        return self._write((piece for table in tables for piece in _by_day(table)), batches.schema, token)

    def _write(self, pieces: Iterable[tuple[int, pa.Table]], schema: pa.Schema, token: str) -> list[Part]:
        written = []
        for days, of_day in groupby(pieces, key=lambda piece: piece[0]):
            self._aside.mkdir(parents=True, exist_ok=True)
            aside = self._aside / token
            # pyarrow writes the same rows much faster than DuckDB does.
            with pq.ParquetWriter(aside, schema, compression="zstd") as writer:
                for _, rows in of_day:
                    writer.write_table(rows)
            written.append(self._place(aside, _EPOCH + timedelta(days=days), token))
        return written

    def _ready(self, rows: pa.Table) -> pa.Table:
        """Return the rows with clean ids and addresses, and without erased people."""
        rows = cleaned(self._relation, rows)
        return self._anonymiser.rows(self._relation, rows) if self._anonymiser else rows

    def _place(self, file: Path, day: date, token: str) -> Part:
        rows = pq.read_metadata(file).num_rows
        path = Path(_RAW, self._relation, self._feed, str(day), f"{token}{self._suffix}.parquet")
        target = self._home / path
        # Flush rows, then folder entries, before the ledger names them: no power cut may lose recorded rows.
        sync(file)
        made = [folder for folder in target.parents if not folder.exists()]
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)
        for folder in (target.parent, *(new.parent for new in made)):
            sync(folder)
        return Part(path.as_posix(), self._relation, self._feed, day, rows)


def _days(rows: pa.Table) -> npt.NDArray[np.int32]:
    """Return the arrival day of each row, in days since 1970."""
    name = "arrival_date" if "arrival_date" in rows.column_names else "snapshot_date"
    days: npt.NDArray[np.int32] = rows.column(name).cast(pa.int32()).to_numpy()
    return days


def _by_day(rows: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """Yield each run of rows of one day, with the day in days since 1970."""
    days = _days(rows)
    starts = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist()] if len(days) else []
    for start, end in pairwise([*starts, len(days)]):
        yield int(days[start]), rows.slice(start, end - start)


def sync(path: Path) -> None:
    """Flush a file's content, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def discard(home: Path, parts: Iterable[Part]) -> None:
    """Remove parts that will not be recorded."""
    for part in parts:
        (home / part.path).unlink(missing_ok=True)


def remove_orphans(home: Path, connection: duckdb.DuckDBPyConnection) -> int:
    """Remove Parquet files that no finished landing recorded; return how many there were."""
    raw = home / _RAW
    shutil.rmtree(raw / _ASIDE, ignore_errors=True)
    if not raw.is_dir():
        return 0
    recorded = {path for (path,) in connection.execute("select path from main.parts").fetchall()}
    orphans = 0
    for folder, _, names in os.walk(raw):
        for name in names:
            path = Path(folder, name)
            if path.relative_to(home).as_posix() not in recorded:
                path.unlink()
                orphans += 1
    return orphans
