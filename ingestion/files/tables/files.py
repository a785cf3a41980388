"""Lands files that are tables, small ones many at a time, a large one by itself, and records their row
counts.
"""

from __future__ import annotations

import errno
import hashlib
import tempfile
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.adapters.adapter import FolderAdapter, TabularAdapter
from ingestion.errors import UnreadableFile
from ingestion.files.compression import HEAD_BYTES, FileStream, checksum_of
from ingestion.files.ignored import reason_and_type
from ingestion.files.tables.batch import TableBatch, TableReading
from ingestion.files.tables.formats import is_table
from ingestion.files.tables.rows import IS_READABLE, JUDGED
from ingestion.files.tables.table import BadRecord, Table, TableFile
from ingestion.landing.batch import LandingRun
from ingestion.landing.feed import Feed, FoundFile
from ingestion.ledger import Part
from ingestion.sql import is_plain

#: A batch is landed when it holds this many bytes; a larger file is read by itself.
BATCH_BYTES = 32 * 2**20
BATCH_FILES = 4096
#: Numbers of system errors that mean that the copy of a file could not be written.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EMFILE, errno.ENFILE}
_CHUNK = 2**20
_TRACES = {"ip", "user_agent"}


@dataclass(frozen=True)
class _Opened:
    """A decompressed file. size: how many of its stored bytes were read, if known."""

    file: FoundFile
    table: TableFile
    relation: str
    checksum: str
    size: int | None


class TableFiles:
    """Lands the table files of one feed."""

    def __init__(self, run: LandingRun, feed: Feed, adapter: TabularAdapter) -> None:
        self._run = run
        self._feed = feed
        self._adapter = adapter
        self._connection = run.ledger.connection
        self._tables: dict[str, Table] = {}
        self._read: list[FoundFile] = []

    def takes(self, file: FoundFile) -> bool:
        """Whether the file is a table, not JSON for `json_files.py`.

        A file that cannot be opened is left to `json_files.py`: either reader would quarantine it.
        """
        if self._adapter.json is None:
            return True
        try:
            with FileStream(file.path) as stream:
                return is_table(file.name, stream.read(HEAD_BYTES), self._adapter.headers)
        except (UnreadableFile, OSError):
            return False

    def land(self, files: Sequence[FoundFile]) -> list[FoundFile]:
        """Land files and return those that could be read. A file is recorded once it is read to its end."""
        self._connection.execute("set variable feed_zone = ?", [self._feed.timezone])
        spill = self._run.home / "tmp"
        spill.mkdir(exist_ok=True)
        waiting = deque(files)
        while waiting:
            # If the run is killed, its copies are left in this folder, which the next run clears.
            with tempfile.TemporaryDirectory(dir=spill) as folder:
                by_relation: dict[str, list[_Opened]] = defaultdict(list)
                for opened in self._open_batch(waiting, Path(folder)):
                    by_relation[opened.relation].append(opened)
                for relation, alike in by_relation.items():
                    self._land_alike(alike, self._table(relation), Path(folder))
            self._run.record()
        return self._read

    def _table(self, relation: str) -> Table:
        if relation not in self._tables:
            names = {**self._feed.id_names, **self._feed.columns}
            self._tables[relation] = self._adapter.table(relation, names, self._feed.date_format)
        return self._tables[relation]

    # ---- opening --------------------------------------------------------------------------------------

    def _open_batch(self, waiting: deque[FoundFile], folder: Path) -> Iterator[_Opened]:
        size = files = 0
        while waiting and size < BATCH_BYTES and files < BATCH_FILES:
            file = waiting.popleft()
            try:
                opened = self._open(file, folder)
            except (UnreadableFile, OSError) as error:
                self._refuse(file, error)
                continue
            yield opened
            files += 1
            size += BATCH_BYTES if opened.table.data is None else len(opened.table.data)

    def _open(self, file: FoundFile, folder: Path) -> _Opened:
        path, data, checksum = _plain(file, folder / f"{file.file_id:016x}")
        adapter = self._adapter
        table = TableFile(
            path=path,
            name=file.name,
            arrival_date=file.arrival_date,
            file_id=file.file_id,
            data=data,
            record_type=adapter.record_type(file.name) if isinstance(adapter, FolderAdapter) else None,
            read_before=file.read_before,
            only_lines=self._run.selection.lines(file.file_id),
        )
        relation = adapter.relation_of(table)
        size = len(data) if data is not None and path == file.path else None
        return _Opened(file, adapter.as_text(table, folder), relation, checksum, size)

    def _refuse(self, file: FoundFile, error: Exception) -> None:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise error  # The file itself is in order, so it must not be quarantined: a later run reads it.
        self._run.quarantine_file(file, _problem(error), checksum_of(file.path))

    # ---- reading --------------------------------------------------------------------------------------

    def _land_alike(self, files: Sequence[_Opened], table: Table, folder: Path) -> None:
        """Land files of one relation. If DuckDB fails on one of them, the others are landed all the same."""
        batch = TableBatch(self._connection, table, self._feed.name, folder)
        try:
            readings = batch.read([one.table for one in files])
        except (duckdb.DataError, duckdb.InvalidInputException, OSError) as error:
            if len(files) == 1 or (isinstance(error, OSError) and error.errno in _NO_ROOM):
                self._refuse(files[0].file, error)
                return
            middle = len(files) // 2
            self._land_alike(files[:middle], table, folder)
            self._land_alike(files[middle:], table, folder)
            return
        self._run.add_parts(self._write(batch, files, table))
        batch.forget()
        read = []
        for one in files:
            reading = readings[one.file.file_id]
            if isinstance(reading, UnreadableFile):
                self._run.quarantine_file(one.file, reading, one.checksum)
            else:
                read.append((one, reading))
        self._keep_books(read)

    def _write(self, batch: TableBatch, files: Sequence[_Opened], table: Table) -> list[Part]:
        """Write the rows of all files as one part per arrival day; return the parts."""
        if not batch.has_rows:
            return []
        first = files[0]
        # A grown blob is the first file of another batch: only the checksum of its content tells the two
        # batches apart.
        token = f"{first.file.file_id:016x}-{first.checksum[:16]}"
        writer = self._run.part_writer(table.relation, self._feed.name)
        parts = writer.write_relation(batch.rows(is_ordered=len(files) > 1), token)
        if set(table.columns) >= _TRACES:
            if self._run.anonymiser is None:  # else the rows in the written parts are counted
                self._run.enrichment.gather(f"(select ip, user_agent from {JUDGED} where {IS_READABLE})")
            else:
                self._run.enrichment.gather_parts(self._run.home, parts)
        return parts

    def _keep_books(self, read: Sequence[tuple[_Opened, TableReading]]) -> None:
        """Add counts, warnings and quarantined records of files to what the run records."""
        ignored: list[tuple[Any, ...]] = []
        nulled: list[tuple[Any, ...]] = []
        quarantined: list[tuple[Any, ...]] = []
        for opened, reading in read:
            file, books = opened.file, self._run.books(opened.file)
            books.checksum = opened.checksum
            # The file may have grown since it was found: the next build reads a blob from where this one
            # stopped.
            books.size_bytes = file.size_bytes if opened.size is None else opened.size
            books.records_readable = reading.readable
            books.ignored = sum(reading.ignored.values())
            books.quarantined = len(reading.bad)
            for name, records in reading.ignored.items():
                reason, record_type = reason_and_type(name)
                ignored.append((file.file_id, record_type, records, reason))
            nulled += [(file.file_id, name, *counts) for name, counts in reading.nulled.items()]
            quarantined += [_quarantined(file, one) for one in reading.bad]
            place = f"{file.feed.name}/{file.arrival_date}/{file.name}"
            self._run.report.warnings += [f"{place}: {warning}" for warning in reading.warnings]
            self._run.selection.note_lines(file.file_id, reading.lines)
            self._read.append(file)
        for table, rows in (
            ("ignored_records", ignored),
            ("nulled_values", nulled),
            ("quarantined_records", quarantined),
        ):
            self._run.ledger.gather(table, rows)


def _quarantined(file: FoundFile, bad: BadRecord) -> tuple[Any, ...]:
    return (
        *(file.file_id, file.feed.name, file.arrival_date, file.name, bad.line, bad.byte_offset),
        *(bad.item_index, bad.reason_code, bad.message, bad.raw_text),
    )


def _plain(file: FoundFile, copy: Path) -> tuple[Path, bytes | None, str]:
    """Decompress a file; return the path of its plain content, the content if it is small, and its checksum.

    Bytes added while the file is read must not be taken as read by the next build. So a small file is read in
    one go, and the checksum of a large file is computed before it is read.
    """
    with FileStream(file.path) as stream:
        data = b""
        while len(data) < BATCH_BYTES and (chunk := stream.read(_CHUNK)):
            data += chunk
        if len(data) < BATCH_BYTES:
            path = file.path
            if stream.compression is not None or not is_plain(path):
                copy.write_bytes(data)
                path = copy
            return path, data, stream.checksum()
        if stream.compression is None:
            with file.path.open("rb") as stored:
                checksum = hashlib.file_digest(stored, "sha256").hexdigest()
            if is_plain(file.path):
                return file.path, None, checksum
            copy.symlink_to(file.path.absolute())
            return copy, None, checksum
        with copy.open("wb") as target:
            while data:
                target.write(data)
                data = stream.read(_CHUNK)
        return copy, None, stream.checksum()


def _problem(error: Exception) -> UnreadableFile:
    if isinstance(error, UnreadableFile):
        return error
    return UnreadableFile(
        "wrong_shape", f"The table could not be read ({error}). Correct it and deliver it in a new file."
    )
