"""Landing files that a tabular adapter reads: one file at a time.

Belongs here: what the core does around an adapter's `read`. Does not belong here: reading tables (the
adapters and `tabular.py`).
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingestion.adapter import FolderAdapter, TableFile, TableReading, TabularAdapter, UnreadableFile
from ingestion.config import Feed
from ingestion.containers import HEAD_BYTES, FileStream, checksum_of
from ingestion.discovery import FoundFile
from ingestion.engine_paths import is_plain
from ingestion.ignored import reason_and_type
from ingestion.landing_run import LandingRun
from ingestion.ledger import Part
from ingestion.parts import discard

#: What the system says when a copy of the file cannot be written.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EMFILE, errno.ENFILE}
#: Files recorded in one transaction.
_GROUP = 64


class TableFiles:
    """Lands the table files of one feed."""

    def __init__(self, run: LandingRun, feed: Feed, adapter: TabularAdapter | FolderAdapter) -> None:
        self._run = run
        self._feed = feed
        self._adapter = adapter
        self._connection = run.ledger.connection

    def takes(self, file: FoundFile) -> bool:
        """Is the file a table, not JSON for the core? What cannot be opened is quarantined either way."""
        if isinstance(self._adapter, FolderAdapter) or self._adapter.json is None:
            return True
        try:
            with FileStream(file.path) as stream:
                return self._adapter.takes(file.name, stream.read(HEAD_BYTES))
        except (UnreadableFile, OSError):
            return False

    def land(self, files: Sequence[FoundFile]) -> None:
        """Land all of them."""
        self._connection.execute("set variable feed_zone = ?", [self._feed.timezone])
        for index, file in enumerate(files, start=1):
            self._land(file)
            if index % _GROUP == 0:
                self._run.record()
        self._run.record()

    def _land(self, file: FoundFile) -> None:
        written: list[Part] = []
        try:
            with self._plain(file) as (path, checksum):
                table = TableFile(
                    path=path,
                    name=file.name,
                    feed=file.feed.name,
                    arrival_date=file.arrival_date,
                    file_id=file.file_id,
                    ids={**file.feed.id_names, **file.feed.columns},
                    timezone=file.feed.timezone,
                    date_order=file.feed.date_order,
                    first_line=first_new_line(file),
                    only_lines=self._run.wanted.lines(file.file_id),
                    spill=self._spill(),
                )
                reading = self._adapter.read(self._connection, table)
                written = self._write(file, reading)
                keep_books(self._run, file, reading, checksum)
                self._run.wanted.note_lines(file.file_id, reading.lines)
            self._run.add_parts(written)
        except (UnreadableFile, duckdb.DataError, duckdb.InvalidInputException, OSError) as error:
            if isinstance(error, OSError) and error.errno in _NO_ROOM:
                raise  # The file is not to blame, and must be read again.
            discard(self._run.home, written)
            self._run.quarantine_file(file, _problem(error), self._checksum(file))

    def _write(self, file: FoundFile, reading: TableReading) -> list[Part]:
        if reading.rows is None or reading.readable == 0:
            return []
        columns = self._adapter.relations[reading.relation]
        writer = self._run.part_writer(reading.relation, self._feed.name)
        token = f"{file.file_id:016x}" + (f"-{file.read_before}" if file.read_before else "")
        parts = writer.write_relation(reading.rows, file.arrival_date, token)
        if {"ip", "user_agent"} <= set(columns):
            self._run.enrichment.gather_parts(self._run.home, parts)
        return parts

    def _spill(self) -> Path:
        spill = self._run.home / "tmp"
        spill.mkdir(exist_ok=True)
        return spill

    @contextmanager
    def _plain(self, file: FoundFile) -> Iterator[tuple[Path, str]]:
        """The file without its compression, and its checksum.

        That is taken first: what the file gains while it is read must not pass for read by the next build.
        """
        with FileStream(file.path) as stream:
            checksum = checksum_of(file.path)
            if stream.compression is None and is_plain(file.path):
                yield file.path, checksum
                return
            with tempfile.TemporaryDirectory(dir=self._spill()) as folder:
                plain = Path(folder, "plain")
                if stream.compression is None:
                    plain.symlink_to(file.path.absolute())
                    yield plain, checksum
                    return
                with plain.open("wb") as target:
                    while content := stream.read(2**20):
                        target.write(content)
                yield plain, checksum

    def _checksum(self, file: FoundFile) -> str | None:
        try:
            return checksum_of(file.path)
        except OSError:
            return None


def keep_books(run: LandingRun, file: FoundFile, reading: TableReading, checksum: str | None) -> None:
    """Note what was read of a file."""
    books = run.books(file)
    bad = list(reading.bad)
    books.checksum = checksum
    books.records_readable = reading.readable
    books.ignored = sum(reading.ignored.values())
    books.quarantined = len(bad)
    ignored = [(*reason_and_type(name), records) for name, records in reading.ignored.items()]
    run.ledger.gather(
        "ignored_records",
        [(file.file_id, record_type, records, reason) for reason, record_type, records in ignored],
    )
    run.ledger.gather(
        "nulled_values",
        [
            (file.file_id, field, lost, reading.given.get(field, reading.readable))
            for field, lost in reading.nulled.items()
            if lost or reading.given.get(field, reading.readable)
        ],
    )
    where = (file.file_id, file.feed.name, file.arrival_date, file.name)
    run.ledger.gather(
        "quarantined_records",
        [
            (*where, one.line, one.byte_offset, one.item_index, one.reason_code, one.message, one.raw_text)
            for one in bad
        ],
    )
    place = f"{file.feed.name}/{file.arrival_date}/{file.name}"
    run.report.warnings += [f"{place}: {warning}" for warning in reading.warnings]


def first_new_line(file: FoundFile) -> int:
    """The first line that was not read before, from 1."""
    if not file.read_before:
        return 1
    with file.path.open("rb") as opened:
        before = opened.read(file.read_before)
    return before.count(b"\n") + (not before.endswith(b"\n")) + 1


def _problem(error: Exception) -> UnreadableFile:
    if isinstance(error, UnreadableFile):
        return error
    return UnreadableFile(
        "wrong_shape", f"The table could not be read ({error}). Correct it and deliver it in a new file."
    )
