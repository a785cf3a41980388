"""Lands files of events: runs the landing statement on batches of records and counts its verdicts.

Shared by JSON files (`json_files.py`) and files of log lines (`line_files.py`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.adapters.adapter import EventAdapter
from ingestion.errors import UnreadableFile
from ingestion.files.blocks import in_batches
from ingestion.files.broken_json.result import Unreadable
from ingestion.files.compression import checksum_of
from ingestion.files.ignored import SEPARATOR
from ingestion.files.statement import IGNORED
from ingestion.landing.batch import LandingRun
from ingestion.landing.feed import Feed, FoundFile
from ingestion.sql import arrow_table, identifier, registered

SOURCE = "documents_to_land"
_JUDGED = "judged_records"
#: Bytes of documents per batch, for documents that the reader of broken JSON found.
CAREFUL_BYTES = 32 * 2**20
#: Errors that DuckDB raises if a document does not have the form that the landing statement expects.
_BAD_INPUT = (duckdb.DataError, duckdb.InvalidInputException)


@dataclass(frozen=True)
class KeptRecord:
    """The whole text of a quarantined record, and its place in its file."""

    file: FoundFile
    line: int
    offset: int
    item_index: int | None
    text: str


class EventFiles(ABC):
    """Lands the files of one feed."""

    def __init__(self, run: LandingRun, feed: Feed, adapter: EventAdapter) -> None:
        self._run = run
        self._connection = run.ledger.connection
        self._event_adapter = adapter
        self._writer = run.part_writer(adapter.name, feed.name)
        self._feed = feed
        self._files: dict[int, FoundFile] = {}
        self._batch = 0

    @abstractmethod
    def _judge(self) -> str:
        """Return the SQL that judges the records of the registered table `SOURCE`."""

    @abstractmethod
    def land_kept(self, kept: Sequence[KeptRecord]) -> None:
        """Land quarantined records, read from the texts that the quarantine kept."""

    def _begin(self, files: Sequence[FoundFile]) -> None:
        self._connection.execute("set variable feed_zone = ?", [self._feed.timezone])
        self._files = {file.file_id: file for file in files}

    def _reject(self, file: FoundFile, problem: UnreadableFile, *, is_alone: bool) -> None:
        if is_alone:  # earlier blocks' parts are of this file only
            self._run.drop_parts()
        self._run.quarantine_file(file, problem, checksum_of(file.path))

    def _quarantine(self, bad: Sequence[tuple[FoundFile, Unreadable]]) -> None:
        rows = []
        for file, one in self._selected(bad):
            self._run.books(file).quarantined += 1
            raw = one.raw.decode("utf-8", "backslashreplace")
            rows.append(
                (
                    *(file.file_id, file.feed.name, file.arrival_date, file.name, one.line, one.offset),
                    *(one.item_index, one.reason_code, one.message, raw),
                )
            )
        self._run.ledger.gather("quarantined_records", rows)

    def _selected(self, bad: Sequence[tuple[FoundFile, Unreadable]]) -> list[tuple[FoundFile, Unreadable]]:
        columns = {**dict.fromkeys(("file_id", "byte_offset", "position"), "BIGINT"), "item_index": "INTEGER"}
        places = arrow_table(
            columns, [(file.file_id, one.offset, at, one.item_index) for at, (file, one) in enumerate(bad)]
        )
        return [bad[at] for at in self._run.selection.choose(places).column("position").to_pylist()]

    # ---- the statement --------------------------------------------------------------------------------

    def _land(self, table: pa.Table) -> None:
        """Land a batch of records; quarantine a document on which the landing statement fails."""
        if table.num_rows == 0 or self._try_to_land(table):
            return
        if table.num_rows == 1:
            row = table.to_pylist()[0]
            message = (
                "Its values are not of the kinds that its provider documents. Correct it where it is written"
                " and deliver it in a new file."
            )
            place = (row["line_number"], row["byte_offset"], None)
            bad = Unreadable(*place, "wrong_shape", message, row["text"].strip().encode())
            self._quarantine([(self._files[row["file_id"]], bad)])
            return
        half = table.num_rows // 2
        self._land(table.slice(0, half))
        self._land(table.slice(half))

    def _try_to_land(self, table: pa.Table) -> bool:
        """Judge and write one batch.

        Return False, with nothing written, if the statement fails on a document.
        """
        try:
            with registered(self._connection, SOURCE, in_batches(table)):
                judged = self._connection.execute(self._judge()).to_arrow_table()
            self._note_fields(table)
        except _BAD_INPUT:
            return False
        judged = self._run.selection.choose(judged)
        with registered(self._connection, _JUDGED, judged):
            self._harvest(judged)
        return True

    @abstractmethod
    def _note_fields(self, table: pa.Table) -> None:
        """Note the fields of a batch's records for the ledger."""

    def _harvest(self, judged: pa.Table) -> None:
        nulled = list(self._event_adapter.losses)
        landed_columns = self._event_adapter.relation_columns
        sums = "".join(
            f", count(*) filter (nulled_{i} and problem is null and row_index = 0)"
            f", count(*) filter (problem is null and row_index = 0 and (nulled_{i}"
            f" or {f'{identifier(name)} is not null' if name in landed_columns else 'true'}))"
            for i, name in enumerate(nulled)
        )
        counts = self._fetch(
            f"""select file_id, count(*) filter (problem is null and row_index = 0),
                count(*) filter (starts_with(problem, '{IGNORED}{SEPARATOR}')), count(problem){sums}
            from {_JUDGED} group by file_id"""
        )
        lost = []
        for file_id, readable, ignored, problems, *nulls in counts:
            books = self._run.books(self._files[file_id])
            books.records_readable += readable
            books.ignored += ignored
            books.quarantined += problems - ignored
            lost += [
                (file_id, name, records, given)
                for name, records, given in zip(nulled, nulls[::2], nulls[1::2], strict=True)
                if given
            ]
        self._run.ledger.gather("nulled_values", lost)
        landed = judged.select(list(landed_columns))
        if any(row[3] for row in counts):
            self._gather_problems()
            landed = landed.filter(judged.column("problem").is_null())
        if landed.num_rows:
            self._batch += 1
            token = f"{landed.column('file_id')[0].as_py():016x}-{self._batch:05d}"
            self._run.write(partial(self._writer.write_rows, landed, token))
            if self._run.anonymiser is None:  # else the rows in the written parts are counted
                self._run.enrichment.gather(f"(select ip, user_agent from {_JUDGED} where problem is null)")

    def _gather_problems(self) -> None:
        ignored = f"starts_with(problem, '{IGNORED}{SEPARATOR}')"
        self._connection.execute(
            f"""insert into gathered_ignored_records
            select file_id, split_part(problem, '{SEPARATOR}', 3) as record_type, count(*),
                split_part(problem, '{SEPARATOR}', 2) as reason
            from {_JUDGED} where {ignored} group by all"""
        )
        names = [(file_id, file.name) for file_id, file in self._files.items()]
        with registered(
            self._connection, "file_names", arrow_table({"file_id": "BIGINT", "file": "VARCHAR"}, names)
        ):
            self._connection.execute(
                f"""insert into gathered_quarantined_records
                select file_id, ?, arrival_date, file, line_number, byte_offset, item_index,
                    split_part(problem, '{SEPARATOR}', 1),
                    substr(problem, strpos(problem, '{SEPARATOR}') + 1), raw_text
                from {_JUDGED} join file_names using (file_id)
                where problem is not null and not {ignored}""",
                [self._feed.name],
            )

    def _fetch(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()


def batch_of(rows: Sequence[tuple[FoundFile, int, int, int, str | bytes]]) -> pa.Table:
    """Return documents (file, line, byte offset, first item, text) as a table that the statement reads."""
    return pa.table(
        {
            "file_id": pa.array([file.file_id for file, *_ in rows], pa.int64()),
            "arrival_date": pa.array([file.arrival_date for file, *_ in rows], pa.date32()),
            "line_number": pa.array([line for _, line, *_ in rows], pa.int64()),
            "byte_offset": pa.array([offset for _, _, offset, *_ in rows], pa.int64()),
            "item_base": pa.array([item for *_, item, _ in rows], pa.int32()),
            "text": pa.array([text for *_, text in rows]),
        }
    )


def as_text(table: pa.Table) -> pa.Table:
    """Return the table with `text` as UTF-8. Raise `pyarrow.ArrowInvalid` if a text is not UTF-8."""
    position = table.schema.get_field_index("text")
    return table.set_column(position, "text", table.column("text").cast(pa.string()))


def not_utf8(table: pa.Table) -> npt.NDArray[np.bool_]:
    """Return a flag per row: its text is not UTF-8."""
    bad = np.zeros(table.num_rows, dtype=bool)
    for position, text in enumerate(table.column("text")):
        try:
            str(text.as_buffer(), "utf-8")
        except UnicodeDecodeError:
            bad[position] = True
    return bad
