"""Moves records out of quarantine in the ledger, in one transaction with the parts that a replay wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingestion.errors import LandingError
from ingestion.landing.batch import LandingRun
from ingestion.landing.raw_layer import raw_relations
from ingestion.ledger import FileBooks, KnownFile, Part
from ingestion.replay.selection import FOUND, SELECTED, QuarantinedRecords
from ingestion.sql import arrow_table, registered

_BOOKS = "books_of_replayed_files"
#: Columns that identify a quarantined record, then its reason and message.
RECORD = ("file_id", "line", "byte_offset", "item_index", "reason_code", "message")
_SAME = " and ".join(f"here.{name} is not distinct from there.{name}" for name in RECORD)
#: Relations of snapshots: only all rows of a file together describe a day.
_SNAPSHOTS = [name for name, columns in raw_relations().items() if "snapshot_date" in columns]


@dataclass
class ReplayReport:
    """Counts of what a replay did.

    Files quarantined as a whole are counted separately from single records.
    """

    replay_id: int
    records_tried: int = 0
    records_landed: int = 0
    records_ignored: int = 0
    records_still_bad: int = 0
    files_tried: int = 0
    files_landed: int = 0
    has_changes: bool = False
    warnings: list[str] = field(default_factory=list)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class ReplayRun(LandingRun):
    """A landing run over files that were read before, for a replay."""

    known: dict[int, KnownFile] = field(default_factory=dict)
    replay: ReplayReport = field(default_factory=lambda: ReplayReport(0))
    selection: QuarantinedRecords = field(kw_only=True)

    def _commit(self, books: list[FileBooks], written: list[Part]) -> None:
        """Record files that had been quarantined whole as landing does.

        Of the others, move the selected records.
        """
        in_part = [one for one in books if one.file_id in self.selection.files]
        whole = [one for one in books if self._is_news(one)]
        for one in whole:
            one.replayed = one.records_readable + one.ignored
        self._check_unchanged(in_part)
        columns = {"file_id": "BIGINT", "adapter": "VARCHAR", "readable": "BIGINT", "ignored": "BIGINT"}
        counts = [
            (one.file_id, one.adapter, one.records_readable, one.ignored)
            for one in in_part
            if not one.reason_code
        ]
        self.replay.warnings += [
            f"{one.feed}/{one.arrival_date}/{one.file}: not read again: {one.message}"
            for one in in_part
            if one.reason_code
        ]
        books_table = registered(self.ledger.connection, _BOOKS, arrow_table(columns, counts))
        with books_table, self.ledger.transaction():
            moved = self._changed_files()
            self._leave_quarantine(moved)
            self.ledger.enter(whole, written)
            self._move_books(moved)
            self._count_moved([one for one in in_part if one.file_id in moved], whole)
            self.write_history(finished_at=None)
        self.selection.forget_found()

    def _is_news(self, books: FileBooks) -> bool:
        """Whether a file quarantined as a whole became readable, or is now unreadable for another reason."""
        if books.file_id in self.selection.files:
            return False
        known = self.known[books.file_id]
        before = (known.reason_code, known.message, known.checksum, known.size_bytes, known.modified_at)
        now = (books.reason_code, books.message, books.checksum, books.size_bytes, books.modified_at)
        return before != now

    def _check_unchanged(self, books: list[FileBooks]) -> None:
        for one in books:
            if one.checksum is not None and one.checksum != self.known[one.file_id].checksum:
                raise LandingError(
                    f"{one.feed}/{one.arrival_date}/{one.file} changed while it was read again, so nothing"
                    " of it was taken. Let its writer finish, then replay again."
                )

    def _changed_files(self) -> list[int]:
        """Return the ids of files with a record that became readable or is now bad for another reason.

        Drop the rest.
        """
        connection, columns = self.ledger.connection, ", ".join(RECORD)
        changed = connection.execute(
            f"""
            with
                found as (
                    select {columns} from {SELECTED} where record in (select record from {FOUND})
                ),
                still as (select {columns} from gathered_quarantined_records),
                gone as (select * from found except all select * from still),
                come as (select * from still except all select * from found)
            select file_id from {_BOOKS}
            where readable + ignored > 0
                or file_id in (select file_id from gone union all select file_id from come)
            """
        ).fetchall()
        moved = [file_id for (file_id,) in changed]
        for table in ("quarantined_records", "ignored_records", "nulled_values", "fields"):
            connection.execute(
                f"""delete from gathered_{table} where file_id in (select unnest(?::bigint[]))
                and file_id not in (select unnest(?::bigint[]))""",
                [list(self.selection.files), moved],
            )
        return moved

    def _leave_quarantine(self, moved: list[int]) -> None:
        connection = self.ledger.connection
        left = connection.execute(
            f"""delete from main.quarantined_records as here using {SELECTED} as there
            where here.file_id in (select unnest(?::bigint[]))
                and there.record in (select record from {FOUND}) and {_SAME}""",
            [moved],
        ).fetchone()
        back = connection.execute(
            "select count(*) from gathered_quarantined_records where file_id in (select unnest(?::bigint[]))",
            [moved],
        ).fetchone()
        self.replay.records_still_bad += (back[0] if back else 0) - (left[0] if left else 0)

    def _move_books(self, moved: list[int]) -> None:
        connection = self.ledger.connection
        connection.execute(
            f"""
            update main.files as files set
                adapter = case when files.records_readable = 0 then books.adapter else files.adapter end,
                records_readable = files.records_readable + books.readable,
                ignored = files.ignored + books.ignored,
                quarantined = books.quarantined,
                records_read = files.records_readable + books.readable + files.ignored + books.ignored
                    + books.quarantined,
                replayed = coalesce(files.replayed, 0) + books.readable + books.ignored,
                is_new = true
            from (
                select books.*, (
                    select count(*) from main.quarantined_records as records
                    where records.file_id = books.file_id
                ) as quarantined
                from {_BOOKS} as books
            ) as books
            where files.file_id = books.file_id and books.file_id in (select unnest(?::bigint[]))
            """,
            [moved],
        )
        # Only all rows of a snapshot together describe a day, so the next build must read all of them again.
        connection.execute(
            """
            update main.parts set is_new = true
            where relation in (select unnest(?)) and exists (
                select 1 from main.files as files
                where files.file_id in (select unnest(?::bigint[]))
                    and files.feed = parts.feed and files.arrival_date = parts.arrival_date
            )
            """,
            [_SNAPSHOTS, moved],
        )

    def _count_moved(self, in_part: list[FileBooks], whole: list[FileBooks]) -> None:
        report = self.replay
        report.has_changes = report.has_changes or bool(in_part or whole)
        report.records_landed += sum(one.records_readable for one in [*in_part, *whole])
        report.records_ignored += sum(one.ignored for one in [*in_part, *whole])
        report.records_still_bad += sum(one.quarantined for one in whole)
        report.files_landed += sum(one.reason_code is None for one in whole)

    def write_history(self, finished_at: datetime | None) -> None:
        """Write the replay's progress (or its end) and counts to the ledger."""
        report = self.replay
        self.ledger.connection.execute(
            "insert or replace into main.replays values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(report.replay_id, report.started_at, finished_at),
                *(report.records_tried, report.records_landed, report.records_ignored),
                *(report.records_still_bad, report.files_tried, report.files_landed),
            ],
        )
