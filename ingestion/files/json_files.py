"""Lands files of JSON records: DuckDB reads lines that are valid JSON, `broken_json/` reads all others."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.adapters.adapter import JsonAdapter
from ingestion.errors import UnreadableFile
from ingestion.files.blocks import RECORD_BYTES, Block, BlockReader, Lines, Piece, in_batches, lines_of
from ingestion.files.broken_json.in_block import Rescue, rescue
from ingestion.files.broken_json.reader import DocumentReader
from ingestion.files.broken_json.repair import mend
from ingestion.files.broken_json.result import Document, Found, Unreadable
from ingestion.files.broken_json.window import Window
from ingestion.files.compression import FileStream
from ingestion.files.events import CAREFUL_BYTES, SOURCE, EventFiles, KeptRecord, as_text, batch_of, not_utf8
from ingestion.files.foreign_files import check_json_file
from ingestion.files.statement import JsonStatement
from ingestion.landing.batch import LandingRun
from ingestion.landing.feed import Feed, FoundFile
from ingestion.sql import registered
from ingestion.values.shapes import fields_of

#: Documents of a batch whose structure is looked at: looking at one takes as long as landing it.
MOST_STRUCTURES = 2_000
#: SQL over `text`: true if the line is not a JSON document by itself.
_NO_JSON = "not json_valid(text)"


class JsonFiles(EventFiles):
    """Lands the JSON files of one feed."""

    def __init__(self, run: LandingRun, feed: Feed, adapter: JsonAdapter, *, block_bytes: int) -> None:
        super().__init__(run, feed, adapter)
        self._adapter = adapter
        self._block_bytes = block_bytes
        self._statement = JsonStatement(feed, adapter)
        self._streamed: set[int] = set()
        self._is_mended = False

    def land(self, files: Sequence[FoundFile]) -> None:
        """Land files; each is recorded in the ledger once it is read to its end."""
        self._begin(files)
        with BlockReader(files, self._block_bytes, check_head=check_json_file) as reader:
            for block, lines in reader:
                self._block(block, lines, reader)

    def land_kept(self, kept: Sequence[KeptRecord]) -> None:
        """Land records from the texts that quarantine kept of them."""
        self._begin([one.file for one in kept])
        self._land_found([(one.file, found) for one in kept for found in self._read_kept(one)])
        self._run.record()

    def _read_kept(self, kept: KeptRecord) -> list[Found]:
        source = io.BytesIO(kept.text.encode())
        reader = DocumentReader(Window(source, kept.offset, kept.line), self._adapter.decode)
        found = list(reader.read_all())
        if kept.item_index is not None and len(found) == 1 and isinstance(found[0], Document):
            return [replace(found[0], item_base=kept.item_index)]
        return found

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

    def _judge(self) -> str:
        return self._statement.judge(SOURCE, **self._holding(), mended=self._is_mended)

    def _holding(self) -> dict[str, bool]:
        """What the documents of the registered table `SOURCE` hold, as arguments of the statement."""
        total, containers, envelopes = self._fetch(self._statement.holds_many(SOURCE))[0]
        return {"plain": containers < total, "containers": containers > 0, "envelopes": envelopes > 0}

    def _note_fields(self, table: pa.Table) -> None:
        """Note the fields of a batch's records; of many documents, some are looked at and stand for all."""
        step = -(-table.num_rows // MOST_STRUCTURES)
        table = table if step == 1 else table.take(pa.array(np.arange(0, table.num_rows, step)))
        with registered(self._connection, SOURCE, in_batches(table)):
            found = self._fetch(self._statement.structures(SOURCE, **self._holding()))
        counts: dict[tuple[str, str, str, date], list[int]] = {}
        for day, record_type, structure, records, file_id, line in found:
            for field, kind in fields_of(structure):
                known = counts.setdefault((record_type, field, kind, day), [file_id, 0, line])
                known[1] += records * step
        rows = [
            (file_id, record_type, field, kind, records, line)
            for (record_type, field, kind, _), (file_id, records, line) in counts.items()
        ]
        self._run.ledger.gather("fields", rows)

    # ---- lines ----------------------------------------------------------------------------------------

    def _land_lines(self, block: Block, lines: Lines) -> Rescue | None:
        if not len(lines.starts):
            return None
        suspicious = lines.ends - lines.starts > RECORD_BYTES
        try:
            table = as_text(lines.table)
        except pa.ArrowInvalid:
            suspicious |= not_utf8(lines.table)
        else:
            if not suspicious.any() and self._try_to_land(table):
                return None
        table = as_text(lines.table.filter(pa.array(~suspicious)))
        suspicious[np.flatnonzero(~suspicious)[self._positions(table, _NO_JSON)]] = True
        found = rescue(block, lines, suspicious, self._adapter.decode)
        kept = ~suspicious & ~found.withdrawn
        self._land(as_text(lines.table.filter(pa.array(kept))))
        self._land_found(found.found)
        return found

    def _positions(self, table: pa.Table, condition: str) -> npt.NDArray[np.int64]:
        """Return the positions of the rows for which the SQL `condition` over `text` is true."""
        numbered = table.select(["text"]).append_column("position", pa.array(np.arange(table.num_rows)))
        statement = f"select position from {SOURCE} where {condition} order by 1"
        with registered(self._connection, SOURCE, in_batches(numbered)):
            found = self._connection.execute(statement).fetchnumpy()
        return np.asarray(found["position"], dtype=np.int64)

    # ---- documents found the careful way --------------------------------------------------------------

    def _stream(self, piece: Piece, offset: int, line: int) -> None:
        """Read a file from byte `offset` to its end with the reader of broken JSON."""
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
                    if size > CAREFUL_BYTES:
                        self._land_found(batch)
                        batch, size = [], 0
                self._land_found(batch)
                # The checksum of the bytes that were read: the file may have grown since.
                self._run.books(file).checksum = stream.checksum()
        except UnreadableFile as problem:
            self._reject(file, problem, is_alone=True)

    def _land_found(self, found: Iterable[tuple[FoundFile, Found]]) -> None:
        documents = [(file, one) for file, one in found if isinstance(one, Document)]
        unreadable = [(file, one) for file, one in found if isinstance(one, Unreadable)]
        if documents:
            table = batch_of(
                [(file, one.line, one.offset, one.item_base, one.text) for file, one in documents]
            )
            if not self._try_to_land(table):
                # DuckDB is stricter than the reader of broken JSON, for example about half a surrogate pair.
                invalid = self._positions(table, _NO_JSON)
                unreadable += [(documents[i][0], _refused(documents[i][1])) for i in invalid]
                kept = np.ones(table.num_rows, dtype=bool)
                kept[invalid] = False
                self._land(table.filter(pa.array(kept)))
        self._quarantine(self._without_mended(unreadable))

    def _without_mended(
        self, unreadable: Sequence[tuple[FoundFile, Unreadable]]
    ) -> list[tuple[FoundFile, Unreadable]]:
        """Mend and land documents of which only some records cannot be read.

        Return the unreadable stretches left.
        """
        if not unreadable:
            return []
        table = batch_of([(file, one.line, one.offset, 0, mend(one.raw)) for file, one in unreadable])
        holds_many = np.zeros(table.num_rows, dtype=bool)
        holds_many[self._positions(table, f"json_valid(text) and {self._statement.may_hold_many}")] = True
        holds_many &= np.array([one.item_index is None for _, one in unreadable])
        self._is_mended = True
        self._land(table.filter(pa.array(holds_many)))
        self._is_mended = False
        return [pair for pair, is_landed in zip(unreadable, holds_many, strict=True) if not is_landed]


def _refused(document: Document) -> Unreadable:
    message = "The engine reads no JSON in it. Correct it where it is written and deliver it in a new file."
    raw = document.text.strip().encode("utf-8")
    return Unreadable(document.line, document.offset, None, "not_json", message, raw)
