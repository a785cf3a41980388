"""Lands files whose records are lines of text, such as access logs: block by block through the landing
statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.adapters.adapter import LineAdapter
from ingestion.errors import UnreadableFile
from ingestion.files.blocks import RECORD_BYTES, Block, BlockReader, Lines, Piece
from ingestion.files.broken_json.json_text import Value
from ingestion.files.broken_json.result import KEPT_OF_LARGE, unreadable
from ingestion.files.compression import ByteSource, FileStream
from ingestion.files.events import CAREFUL_BYTES, SOURCE, EventFiles, KeptRecord, as_text, batch_of, not_utf8
from ingestion.files.statement import DIRECTIVES, LineStatement
from ingestion.landing.batch import LandingRun
from ingestion.landing.feed import Feed, FoundFile
from ingestion.sql import registered
from ingestion.values import form_values, visitor_hash

_CHUNK = 4 * 2**20


class LineFiles(EventFiles):
    """Lands the files of one feed of lines."""

    def __init__(self, run: LandingRun, feed: Feed, adapter: LineAdapter, *, block_bytes: int) -> None:
        if adapter.for_feed is not None:
            adapter = adapter.for_feed(feed)
        super().__init__(run, feed, adapter)
        self._adapter = adapter
        self._statement = LineStatement(feed, adapter)
        self._block_bytes = block_bytes

    def land(self, files: Sequence[FoundFile]) -> None:
        """Land files; each is recorded in the ledger once it is read to its end."""
        self._begin(files)
        with BlockReader(files, self._block_bytes, keeps_indent=True) as reader:
            for block, lines in reader:
                self._block(block, lines)

    def land_kept(self, kept: Sequence[KeptRecord]) -> None:
        """Land records from the texts that quarantine kept of them."""
        self._begin([one.file for one in kept])
        self._land_batch([(one.file, one.line, one.offset, 0, one.text.encode()) for one in kept])
        self._run.record()

    def _begin(self, files: Sequence[FoundFile]) -> None:
        super()._begin(files)
        self._connection.execute("set variable feed_host = ?", [self._feed.host])
        visitor_hash.add_functions(self._connection)
        form_values.add_functions(self._connection)
        self._connection.execute(
            f"create or replace temp table {DIRECTIVES}"
            " (file_id bigint, line_number bigint, directive varchar)"
        )

    def _block(self, block: Block, lines: Lines) -> None:
        for file, problem in block.unreadable:
            self._reject(file, problem, is_alone=not block.pieces)
        for piece in block.pieces:
            self._run.books(piece.file).checksum = piece.checksum
        self._land_lines(lines.table, lines.ends - lines.starts)
        if block.cut_line is not None:
            self._read_on(block.cut_line)
        elif not block.is_complete:
            return
        self._run.record()

    def _note_fields(self, table: pa.Table) -> None:
        """Do nothing: which fields a line has is said by its feed's format."""

    def _judge(self) -> str:
        return self._statement.judge(SOURCE)

    def _land_lines(self, table: pa.Table, lengths: npt.NDArray[np.int64]) -> None:
        if not table.num_rows:
            return
        unfit = lengths > RECORD_BYTES
        try:
            as_text(table)
        except pa.ArrowInvalid:
            unfit |= not_utf8(table)
        if unfit.any():
            self._quarantine_lines(table.filter(pa.array(unfit)), lengths[unfit])
            table = table.filter(pa.array(~unfit))
        table = as_text(table)
        if self._adapter.has_directives:
            self._note_directives(table)
        self._land(table)

    def _note_directives(self, table: pa.Table) -> None:
        """Register directives (`#Fields: …`): they tell the statement how to read the lines after them."""
        names = table.filter(pc.starts_with(table.column("text"), "#Fields:"))
        if names.num_rows:
            with registered(self._connection, "new_directives", names):
                self._connection.execute(
                    f"insert into {DIRECTIVES} select file_id, line_number, split_part(text, chr(10), 1)"
                    " from new_directives"
                )

    def _quarantine_lines(self, table: pa.Table, lengths: npt.NDArray[np.int64]) -> None:
        bad = []
        for row, length in zip(table.to_pylist(), lengths.tolist(), strict=True):
            is_too_large = length > RECORD_BYTES
            raw = row["text"][:KEPT_OF_LARGE] if is_too_large else row["text"].split(b"\n", 1)[0]
            problem = Value(None, is_too_large=is_too_large)
            bad.append(
                (
                    self._files[row["file_id"]],
                    unreadable(row["line_number"], row["byte_offset"], None, problem, raw),
                )
            )
        self._quarantine(bad)

    def _read_on(self, cut: Piece) -> None:
        """Read a file on, to its end, from a line that is longer than a block."""
        batch: list[tuple[FoundFile, int, int, int, bytes]] = []
        size = 0
        try:
            with FileStream(cut.file.path) as stream:
                stream.skip(cut.offset)
                for number, offset, line in _lines(stream, cut.first_line, cut.offset):
                    batch.append((cut.file, number, offset, 0, line))
                    size += len(line)
                    if size > CAREFUL_BYTES:
                        self._land_batch(batch)
                        batch, size = [], 0
                self._land_batch(batch)
                # The checksum of the bytes that were read: the file may have grown since.
                self._run.books(cut.file).checksum = stream.checksum()
        except UnreadableFile as problem:
            self._reject(cut.file, problem, is_alone=True)

    def _land_batch(self, batch: Sequence[tuple[FoundFile, int, int, int, bytes]]) -> None:
        self._land_lines(batch_of(batch), np.array([len(line) for *_, line in batch], dtype=np.int64))


def _lines(source: ByteSource, number: int, offset: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield number, offset and bytes of each line that is not blank.

    Of a line too large, only its beginning.
    """
    held, size = b"", 0
    while chunk := source.read(_CHUNK):
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            line = held + part if size <= RECORD_BYTES else held
            size += len(part) + 1
            if line.strip():
                yield number, offset, line
            number, offset = number + 1, offset + size
            held, size = b"", 0
        if size <= RECORD_BYTES:
            held += rest
        size += len(rest)
    if held.strip():
        yield number, offset, held
