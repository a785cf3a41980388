"""The state of one landing run: record counts, Parquet parts, the report.

A file is recorded once it is wholly read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ingestion.errors import UnreadableFile
from ingestion.landing import parquet_files
from ingestion.landing.feed import FoundFile
from ingestion.landing.parquet_files import Anonymiser, PartWriter
from ingestion.ledger import FileBooks, Ledger, Part
from ingestion.lookups.enrichment import Enrichment
from ingestion.replay.selection import Selection

Progress = Callable[[str], None]


@dataclass
class DayReport:
    """Counts of what was landed of one feed for one arrival day."""

    feed: str
    arrival_date: date
    files: int = 0
    unreadable_files: int = 0
    size_bytes: int = 0
    records_read: int = 0
    readable: int = 0
    ignored: int = 0
    quarantined: int = 0


@dataclass
class LandingReport:
    """What a landing run did, per feed and day; files that were already known are only counted.

    warnings: all warnings. left_aside: those about places of the landing zone that were not read. changed:
        those about files whose content changed after it was read.
    """

    days: list[DayReport] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    left_aside: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged_files: int = 0
    orphans_removed: int = 0

    @property
    def new_files(self) -> int:
        """Number of files read in this run."""
        return sum(day.files for day in self.days)

    @property
    def records_read(self) -> int:
        """Number of records read in this run."""
        return sum(day.records_read for day in self.days)


@dataclass
class LandingRun:
    """The state of a landing run: what was read from files and is not recorded in the ledger yet."""

    home: Path
    ledger: Ledger
    enrichment: Enrichment
    report: LandingReport
    progress: Progress | None = None
    anonymiser: Anonymiser | None = None
    selection: Selection = field(default_factory=Selection)
    #: Suffix of the names of this run's parts: a file that is read again must not overwrite its earlier
    #: parts.
    parts_suffix: str = ""
    _books: dict[int, FileBooks] = field(default_factory=dict)
    _unreadable: list[int] = field(default_factory=list)
    _parts: list[Part] = field(default_factory=list)
    _writing: Future[list[Part]] | None = None
    _writers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "part-writer"))
    _days: dict[tuple[str, date], DayReport] = field(default_factory=dict)

    def books(self, file: FoundFile) -> FileBooks:
        """Return the record counts of a file that is being read; the first call creates them."""
        if file.file_id not in self._books:
            self._books[file.file_id] = FileBooks(
                *(file.file_id, file.feed.name, file.feed.adapter, file.arrival_date, file.name),
                *(file.size_bytes, file.modified_at),
                etag=file.etag,
            )
        return self._books[file.file_id]

    def add_parts(self, written: Iterable[Part]) -> None:
        """Add written parts, which are recorded in the ledger together with their files."""
        self._parts.extend(written)

    def part_writer(self, relation: str, feed: str) -> PartWriter:
        """Return the writer for a relation and feed; it removes erased people from every row."""
        return PartWriter(self.home, relation, feed, self.anonymiser, self.parts_suffix)

    def write(self, task: Callable[[], list[Part]]) -> None:
        """Run `task`, which writes parts, on a thread while DuckDB works on the next batch.

        Only one task runs at a time, to limit the memory used.
        """
        self._finish_writing()
        self._writing = self._writers.submit(task)

    def _finish_writing(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            written = writing.result()
            self.add_parts(written)
            if self.anonymiser is not None:
                self.enrichment.gather_parts(self.home, written)

    def quarantine_file(self, file: FoundFile, problem: UnreadableFile, checksum: str | None) -> None:
        """Quarantine a whole file: no record of it is landed.

        checksum: of its content; left out where the system did not give that, so that it is tried again.
        """
        self._unreadable.append(file.file_id)
        self._books.pop(file.file_id, None)
        books = self.books(file)
        books.checksum = None if problem.is_of_system else checksum
        books.reason_code, books.message = problem.reason_code, problem.message

    def drop_parts(self) -> None:
        """Remove the parts not recorded yet: the file that they came from turned out to be unreadable."""
        self._finish_writing()
        parquet_files.discard(self.home, self._parts)
        self._parts.clear()

    def record(self) -> None:
        """Write all files read so far, with their parts and quarantine, to the ledger."""
        if not self._books:
            return
        self._finish_writing()
        self.ledger.forget(self._unreadable)
        self.enrichment.look_up()
        if self.anonymiser is not None:
            self._remove_erased_people(self.anonymiser)
        self._commit(list(self._books.values()), self._parts)
        for books in self._books.values():
            self._count(books)
        if self.progress is not None:
            last = next(reversed(self._books.values()))
            records = sum(books.records_read for books in self._books.values())
            self.progress(
                f"{last.feed} up to {last.arrival_date}: {len(self._books)} files, {records} records read"
            )
        self._books.clear()
        self._unreadable.clear()
        self._parts.clear()

    def _remove_erased_people(self, anonymiser: Anonymiser) -> None:
        for books in self._books.values():
            books.message = anonymiser.text(books.message)
        anonymiser.quarantine(self.ledger.connection, "gathered_quarantined_records")
        anonymiser.texts(self.ledger.connection, "gathered_ignored_records", "record_type")

    def _commit(self, books: list[FileBooks], written: list[Part]) -> None:
        self.ledger.record(books, written)

    def _count(self, books: FileBooks) -> None:
        key = (books.feed, books.arrival_date)
        if key not in self._days:
            self._days[key] = DayReport(*key)
            self.report.days.append(self._days[key])
        day = self._days[key]
        day.files += 1
        day.unreadable_files += books.reason_code is not None
        day.size_bytes += books.size_bytes
        day.records_read += books.records_read
        day.readable += books.records_readable
        day.ignored += books.ignored
        day.quarantined += books.quarantined
