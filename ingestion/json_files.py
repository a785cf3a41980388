"""Landing files of JSON records: blocks of lines through the engine, the rest the careful way.

Belongs here: running the landing statement and keeping its books. Does not belong here: composing it
(`statements.py`), cutting lines (`blocks.py`), reading what is not one document a line (`documents.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.adapter import JsonAdapter, UnreadableFile
from ingestion.blocks import RECORD_BYTES, Block, BlockReader, Lines, Piece, in_batches, lines_of
from ingestion.careful_blocks import Rescue, rescue
from ingestion.config import Feed
from ingestion.containers import FileStream, checksum_of
from ingestion.discovery import FoundFile
from ingestion.documents import DocumentReader
from ingestion.findings import Document, Found, Unreadable
from ingestion.landing_run import LandingRun
from ingestion.parts import PartWriter
from ingestion.statements import IGNORED, SEPARATOR, LandingStatement
from ingestion.window import Window

_SOURCE = "documents_to_land"
_JUDGED = "judged_records"
#: Documents found the careful way are landed in batches of so many bytes.
_CAREFUL_BYTES = 32 * 2**20
#: What the engine raises where a document is not what the statement takes it for.
_BAD_INPUT = (duckdb.DataError, duckdb.InvalidInputException)


class JsonFiles:
    """Lands the JSON files of one feed."""

    def __init__(self, run: LandingRun, feed: Feed, adapter: JsonAdapter, *, block_bytes: int) -> None:
        self._run = run
        self._connection = run.ledger.connection
        self._adapter = adapter
        self._block_bytes = block_bytes
        self._statement = LandingStatement(feed, adapter)
        self._writer = PartWriter(run.home, adapter.name, feed.name)
        self._feed = feed
        self._files: dict[int, FoundFile] = {}
        self._batch = 0
        self._streamed: set[int] = set()

    def land(self, files: Sequence[FoundFile]) -> None:
        """Land all of them; each is recorded once it is whole."""
        self._connection.execute("set variable feed_zone = ?", [self._feed.timezone])
        self._files = {file.file_id: file for file in files}
        with BlockReader(files, self._block_bytes) as reader:
            for block, lines in reader:
                self._block(block, lines, reader)

    def _block(self, block: Block, lines: Lines, reader: BlockReader) -> None:
        for file, problem in block.unreadable:
            if file.file_id not in self._streamed:
                self._reject(file, problem, is_alone=not block.pieces)
        kept = [piece for piece in block.pieces if piece.file.file_id not in self._streamed]
        if len(kept) < len(block.pieces):
            block.pieces = kept
            lines = lines_of(block)
        for piece in block.pieces:
            self._run.books(piece.file).checksum = piece.checksum
        rest = self._land_lines(block, lines)
        stream_on = rest.stream_on if rest else None
        if stream_on is None and block.cut_line is not None and block.pieces:
            stream_on = (block.cut_line, block.cut_line.offset, block.cut_line.first_line)
        if stream_on is not None:
            reader.drop(stream_on[0].file)
            self._streamed.add(stream_on[0].file.file_id)
            self._stream(*stream_on)
        elif not block.is_complete:
            return
        self._run.record()

    def _reject(self, file: FoundFile, problem: UnreadableFile, *, is_alone: bool) -> None:
        try:
            checksum = checksum_of(file.path)
        except OSError:
            checksum = None
        if is_alone:  # parts of earlier blocks are of this file only
            self._run.drop_parts()
        self._run.quarantine_file(file, problem, checksum)

    # ---- lines ----------------------------------------------------------------------------------------

    def _land_lines(self, block: Block, lines: Lines) -> Rescue | None:
        if not len(lines.starts):
            return None
        suspicious = lines.ends - lines.starts > RECORD_BYTES
        try:
            table = _as_text(lines.table)
        except pa.ArrowInvalid:
            suspicious |= _not_utf8(lines.table)
        else:
            if not suspicious.any() and self._try_to_land(table):
                return None
        table = _as_text(lines.table.filter(pa.array(~suspicious)))
        suspicious[np.flatnonzero(~suspicious)[self._invalid(table)]] = True
        found = rescue(block, lines, suspicious, self._adapter.decode)
        kept = ~suspicious & ~found.withdrawn
        self._land(_as_text(lines.table.filter(pa.array(kept))))
        self._land_found(found.found)
        return found

    def _invalid(self, table: pa.Table) -> npt.NDArray[np.int64]:
        """Positions of the lines that are no JSON by themselves."""
        numbered = table.select(["text"]).append_column("position", pa.array(np.arange(table.num_rows)))
        self._connection.register(_SOURCE, in_batches(numbered))
        try:
            found = self._connection.execute(
                f"select position from {_SOURCE} where not json_valid(text) order by 1"
            ).fetchnumpy()
        finally:
            self._connection.unregister(_SOURCE)
        return np.asarray(found["position"], dtype=np.int64)

    # ---- documents found the careful way --------------------------------------------------------------

    def _stream(self, piece: Piece, offset: int, line: int) -> None:
        """Read a file on from `offset` the careful way, to its end."""
        file = piece.file
        try:
            with FileStream(file.path) as stream:
                stream.skip(offset)
                reader = DocumentReader(Window(stream, offset, line), self._adapter.decode)
                batch: list[tuple[FoundFile, Found]] = []
                size = 0
                for found in reader.read_all():
                    batch.append((file, found))
                    size += len(found.text if isinstance(found, Document) else found.raw) + 200
                    if size > _CAREFUL_BYTES:
                        self._land_found(batch)
                        batch, size = [], 0
                self._land_found(batch)
            self._run.books(file).checksum = checksum_of(file.path)
        except UnreadableFile as problem:
            self._reject(file, problem, is_alone=True)

    def _land_found(self, found: Iterable[tuple[FoundFile, Found]]) -> None:
        documents = [(file, one) for file, one in found if isinstance(one, Document)]
        self._quarantine([(file, one) for file, one in found if isinstance(one, Unreadable)])
        if not documents:
            return
        table = pa.table(
            {
                "file_id": pa.array([file.file_id for file, _ in documents], pa.int64()),
                "arrival_date": pa.array([file.arrival_date for file, _ in documents], pa.date32()),
                "line_number": pa.array([one.line for _, one in documents], pa.int64()),
                "byte_offset": pa.array([one.offset for _, one in documents], pa.int64()),
                "item_base": pa.array([one.item_base for _, one in documents], pa.int32()),
                "text": pa.array([one.text for _, one in documents], pa.string()),
            }
        )
        if self._try_to_land(table):
            return
        # The engine is stricter here and there than the careful reader (half a surrogate pair, say).
        invalid = self._invalid(table)
        self._quarantine(
            [
                (documents[i][0], _refused(documents[i][1], "not_json", "The engine reads no JSON in it."))
                for i in invalid
            ]
        )
        kept = np.ones(table.num_rows, dtype=bool)
        kept[invalid] = False
        self._land(table.filter(pa.array(kept)))

    def _quarantine(self, bad: Sequence[tuple[FoundFile, Unreadable]]) -> None:
        rows = []
        for file, one in bad:
            self._run.books(file).quarantined += 1
            raw = one.raw.decode("utf-8", "backslashreplace")
            rows.append(
                (
                    *(file.file_id, file.feed.name, file.arrival_date, file.name, one.line, one.offset),
                    *(one.item_index, one.reason_code, one.message, raw),
                )
            )
        self._run.ledger.gather("quarantined_records", rows)

    # ---- the statement --------------------------------------------------------------------------------

    def _land(self, table: pa.Table) -> None:
        """Land documents that are valid JSON. One that the statement fails on all the same is quarantined."""
        if table.num_rows == 0 or self._try_to_land(table):
            return
        if table.num_rows == 1:
            row = table.to_pylist()[0]
            document = Document(row["line_number"], row["byte_offset"], row["item_base"], row["text"])
            message = "Its values are not of the kinds that its provider documents."
            self._quarantine([(self._files[row["file_id"]], _refused(document, "wrong_shape", message))])
            return
        half = table.num_rows // 2
        self._land(table.slice(0, half))
        self._land(table.slice(half))

    def _try_to_land(self, table: pa.Table) -> bool:
        """Judge and write one batch; False, with nothing done, where a document is not fit for it."""
        self._connection.register(_SOURCE, in_batches(table))
        try:
            total, containers = self._fetch(self._statement.holds_many(_SOURCE))[0]
            judged = self._connection.execute(
                self._statement.judge(_SOURCE, plain=containers < total, containers=containers > 0)
            ).to_arrow_table()
        except _BAD_INPUT:
            return False
        finally:
            self._connection.unregister(_SOURCE)
        self._connection.register(_JUDGED, judged)
        self._harvest(judged)
        self._connection.unregister(_JUDGED)
        return True

    def _harvest(self, judged: pa.Table) -> None:
        nulled = list(self._adapter.nulled)
        sums = "".join(
            f", count(*) filter (nulled_{i} and problem is null and row_index = 0)"
            for i in range(len(nulled))
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
            lost += [(file_id, name, count) for name, count in zip(nulled, nulls, strict=True) if count]
        self._run.ledger.gather("nulled_values", lost)
        if any(row[3] for row in counts):
            self._gather_problems()
        landed = judged.select(list(self._adapter.relation_columns))
        if any(row[3] for row in counts):
            landed = landed.filter(judged.column("problem").is_null())
        if landed.num_rows:
            self._batch += 1
            token = f"{landed.column('file_id')[0].as_py():016x}-{self._batch:05d}"
            self._run.write(partial(self._writer.write_rows, landed, token))
            self._run.enrichment.gather(f"(select ip, user_agent from {_JUDGED} where problem is null)")

    def _gather_problems(self) -> None:
        ignored = f"starts_with(problem, '{IGNORED}{SEPARATOR}')"
        self._connection.execute(
            f"""insert into gathered_ignored_records
            select file_id, split_part(problem, '{SEPARATOR}', 2), count(*)
            from {_JUDGED} where {ignored} group by all"""
        )
        names = pa.table(
            {
                "file_id": pa.array(self._files, pa.int64()),
                "file": pa.array([file.name for file in self._files.values()], pa.string()),
            }
        )
        self._connection.register("file_names", names)
        self._connection.execute(
            f"""insert into gathered_quarantined_records
            select file_id, ?, arrival_date, file, line_number, byte_offset, item_index,
                split_part(problem, '{SEPARATOR}', 1),
                substr(problem, strpos(problem, '{SEPARATOR}') + 1), raw_text
            from {_JUDGED} join file_names using (file_id)
            where problem is not null and not {ignored}""",
            [self._feed.name],
        )
        self._connection.unregister("file_names")

    def _fetch(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()


def _refused(document: Found, reason_code: str, why: str) -> Unreadable:
    assert isinstance(document, Document)
    message = f"{why} Correct it where it is written and deliver it in a new file."
    raw = document.text.strip().encode("utf-8")
    return Unreadable(document.line, document.offset, None, reason_code, message, raw)


def _as_text(table: pa.Table) -> pa.Table:
    """The table with its text checked to be UTF-8; pyarrow.ArrowInvalid where it is not."""
    position = table.schema.get_field_index("text")
    return table.set_column(position, "text", table.column("text").cast(pa.string()))


def _not_utf8(table: pa.Table) -> npt.NDArray[np.bool_]:
    bad = np.zeros(table.num_rows, dtype=bool)
    for position, text in enumerate(table.column("text")):
        try:
            str(text.as_buffer(), "utf-8")
        except UnicodeDecodeError:
            bad[position] = True
    return bad
