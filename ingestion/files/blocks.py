"""Reads files as large blocks of whole lines, one block ahead of DuckDB, without copying any line's text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.errors import UnreadableFile
from ingestion.files.compression import HEAD_BYTES, FileStream, check_encoding
from ingestion.landing.feed import FoundFile

BLOCK_BYTES = 64 * 2**20
#: Most lines of a block: each line takes memory beside its bytes, so that a block of blank lines would take
#: thirty times its size.
BLOCK_LINES = 2**20
RECORD_BYTES = 16 * 2**20
_BATCH_ROWS = 8192
_NEWLINE = 10
_BOM = b"\xef\xbb\xbf"
_WHITESPACE = np.zeros(256, dtype=bool)
_WHITESPACE[[9, 10, 13, 32]] = True


@dataclass
class Piece:
    """The part of a block that one file fills: bytes [start, end) of the buffer."""

    file: FoundFile
    start: int
    end: int
    offset: int  # position of `start` in the decompressed file
    first_line: int  # number of the line at `start`
    is_last: bool
    line_ends: npt.NDArray[np.int64]  # positions after each newline
    checksum: str | None = None  # checksum of the stored file; null before its last piece


@dataclass
class Block:
    """A buffer with whole lines of one or more files; a file that needs several blocks is alone in each."""

    buffer: npt.NDArray[np.uint8]
    pieces: list[Piece] = field(default_factory=list)
    unreadable: list[tuple[FoundFile, UnreadableFile]] = field(default_factory=list)
    #: Start of a line that is longer than a block: the file has to be streamed on from there.
    cut_line: Piece | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every file in the block ends in it."""
        return not self.pieces or self.pieces[-1].is_last


class BlockReader:
    """Reads files into blocks on a thread of its own, one block ahead of the engine."""

    def __init__(
        self,
        files: Iterable[FoundFile],
        block_bytes: int = BLOCK_BYTES,
        *,
        keeps_indent: bool = False,
        check_head: Callable[[bytes], None] = check_encoding,
    ) -> None:
        """check_head: raises `UnreadableFile` where a file that begins so is none of this feed's."""
        filler = _Filler(block_bytes, self._is_dropped, check_head)
        self._blocks = filler.blocks(files)
        self._keeps_indent = keeps_indent
        self._dropped: int | None = None
        self._thread = ThreadPoolExecutor(1, "block-reader")

    def __enter__(self) -> BlockReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    def __iter__(self) -> Iterator[tuple[Block, Lines]]:
        ahead = self._thread.submit(self._next)
        while (read := ahead.result()) is not None:
            ahead = self._thread.submit(self._next)
            yield read

    def drop(self, file: FoundFile) -> None:
        """Stop reading a file: no later block of it is delivered."""
        self._dropped = file.file_id

    def _next(self) -> tuple[Block, Lines] | None:
        block = next(self._blocks, None)
        return None if block is None else (block, lines_of(block, keeps_indent=self._keeps_indent))

    def _is_dropped(self, file: FoundFile) -> bool:
        return self._dropped == file.file_id


class _Filler:
    """Packs files into buffers: small files together, a large one alone in as many buffers as it needs."""

    def __init__(
        self, block_bytes: int, is_dropped: Callable[[FoundFile], bool], check_head: Callable[[bytes], None]
    ) -> None:
        self._check_head = check_head
        self._size = block_bytes
        self._is_dropped = is_dropped
        self._block = self._new()
        self._used = 0
        self._lines = 0
        self._begun: FoundFile | None = None  # the file whose beginning earlier blocks hold

    def blocks(self, files: Iterable[FoundFile]) -> Iterator[Block]:
        for file in files:
            yield from self._add(file)
        if self._block.pieces or self._block.unreadable:
            yield self._block

    def _new(self) -> Block:
        # One byte more than is read: room for a newline after a last line without one.
        return Block(np.empty(self._size + 1, dtype=np.uint8))

    def _line_ends(self, start: int, end: int) -> npt.NDArray[np.int64]:
        return np.flatnonzero(self._block.buffer[start:end] == _NEWLINE) + (start + 1)

    def _after_last_allowed_line(self, start: int, end: int) -> int | None:
        """Return the position after the last line that the block may hold; None if it may hold all lines."""
        room = BLOCK_LINES - self._lines
        for at in range(start, end, HEAD_BYTES):
            is_newline = self._block.buffer[at : min(at + HEAD_BYTES, end)] == _NEWLINE
            lines = int(np.count_nonzero(is_newline))
            if lines >= room:
                return at + int(np.flatnonzero(is_newline)[max(room, 1) - 1]) + 1
            room -= lines
        return None

    def _next(self, carried: npt.NDArray[np.uint8] | None = None) -> Block:
        done, self._block = self._block, self._new()
        self._used = self._lines = 0
        if carried is not None:
            self._block.buffer[: len(carried)] = carried
            self._used = len(carried)
        return done

    def _add(self, file: FoundFile) -> Iterator[Block]:
        try:
            with FileStream(file.path) as stream:
                yield from self._stream(file, stream)
        except UnreadableFile as problem:
            self._block.pieces = [piece for piece in self._block.pieces if piece.file is not file]
            self._used = max((piece.end for piece in self._block.pieces), default=0)
            self._block.unreadable.append((file, problem))
            if self._begun is file:
                yield self._next()  # so that its block holds nothing of others

    def _stream(self, file: FoundFile, stream: FileStream) -> Iterator[Block]:
        if self._block.pieces and self._used + min(HEAD_BYTES, self._size // 4) > self._size:
            yield self._next()  # the head of a file must be whole to be recognised
        start, offset, line, first = self._used, 0, 1, True
        filled = start
        while True:
            buffer = self._block.buffer.data[: self._size]
            filled += stream.readinto(buffer[filled:])
            if first:
                mark = _check_start(buffer[start : min(filled, start + HEAD_BYTES)], self._check_head)
                start, offset, first = start + mark, mark, False
            cut = self._after_last_allowed_line(start, filled)
            if filled < self._size and cut is None:  # the end of the file
                if filled > start and self._block.buffer[filled - 1] != _NEWLINE:
                    self._block.buffer[filled] = _NEWLINE
                    filled += 1
                ends = self._line_ends(start, filled)
                piece = Piece(file, start, filled, offset, line, True, ends, stream.checksum())
                self._block.pieces.append(piece)
                self._used, self._lines = filled, self._lines + len(ends)
                if self._used >= self._size:
                    yield self._next()
                return
            if self._block.pieces or self._block.unreadable:
                # The file does not fit behind the others: it starts a block of its own.
                begun = self._block.buffer[start:filled]
                yield self._next(begun)
                start, filled = 0, len(begun)
                continue
            end = cut or start + _after_last_newline(self._block.buffer[start:filled])
            piece = Piece(file, start, end, offset, line, False, self._line_ends(start, end))
            self._block.pieces.append(piece)
            if end == start:
                self._block.cut_line = piece
            self._begun = file
            yield self._next(self._block.buffer[end:filled])
            if self._is_dropped(file) or end == start:
                self._used = 0
                return
            offset += end - start
            line += len(piece.line_ends)
            start, filled = 0, self._used


@dataclass
class Lines:
    """The lines of a block that are not blank.

    A line starts at its first character that is no white space, or with `keeps_indent` at its first one.
    """

    table: pa.Table  # file_id, arrival_date, line_number, byte_offset, item_base, text (binary)
    starts: npt.NDArray[np.int64]  # start of each line in the buffer
    ends: npt.NDArray[np.int64]  # end of each line in the buffer, after its newline
    piece_of: npt.NDArray[np.int64]  # index into the block's pieces


def lines_of(block: Block, *, keeps_indent: bool = False) -> Lines:
    """Cut a block into lines. The text of a line ends with its newline and the blank lines after it."""
    pieces = [piece for piece in block.pieces if piece.end > piece.start]
    parts = [_starts_and_ends(block.buffer, piece, keeps_indent) for piece in pieces]
    starts = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, np.int64)
    ends = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0, np.int64)
    numbers = np.concatenate([part[2] for part in parts]) if parts else np.zeros(0, np.int64)
    counts = [len(part[0]) for part in parts]
    last = pieces[-1].end if pieces else 0
    offsets = np.append(starts, last).astype(np.int32)
    data = pa.py_buffer(block.buffer)
    text = pa.Array.from_buffers(pa.binary(), len(starts), [None, pa.py_buffer(offsets), data])
    table = pa.table(
        {
            "file_id": np.repeat(np.array([p.file.file_id for p in pieces], np.int64), counts),
            "arrival_date": pa.array(
                np.repeat(np.array([p.file.arrival_date for p in pieces], "datetime64[D]"), counts)
            ),
            "line_number": numbers,
            "byte_offset": starts
            + np.repeat(np.array([p.offset - p.start for p in pieces], np.int64), counts),
            "item_base": np.zeros(len(starts), np.int32),
            "text": text,
        }
    )
    index = {id(piece): position for position, piece in enumerate(block.pieces)}
    owners = np.repeat(np.array([index[id(piece)] for piece in pieces], np.int64), counts)
    return Lines(table, starts, ends, owners)


def in_batches(table: pa.Table) -> pa.Table:
    """Split a table into record batches small enough for DuckDB to share among its threads."""
    return pa.Table.from_batches(table.combine_chunks().to_batches(max_chunksize=_BATCH_ROWS), table.schema)


def _starts_and_ends(
    buffer: npt.NDArray[np.uint8], piece: Piece, keeps_indent: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    ends = piece.line_ends
    begun = np.empty_like(ends)
    begun[:1] = piece.start
    begun[1:] = ends[:-1]
    starts = begun.copy()
    numbers = np.arange(piece.first_line, piece.first_line + len(ends), dtype=np.int64)
    # Skip leading white space, one character of all lines at a time: few lines begin with much of it.
    inside = np.flatnonzero(_WHITESPACE[buffer[starts]])
    while len(inside):
        starts[inside] += 1
        inside = inside[starts[inside] < ends[inside]]
        inside = inside[_WHITESPACE[buffer[starts[inside]]]]
    written = starts < ends
    if keeps_indent:
        starts = begun
    if not written.all():
        starts, ends, numbers = starts[written], ends[written], numbers[written]
    return starts, ends, numbers


def _check_start(head: memoryview, check_head: Callable[[bytes], None]) -> int:
    """Return the length of the file's byte order mark.

    Raise `UnreadableFile` if the feed takes no such file.
    """
    check_head(bytes(head))
    if bytes(head[:3]) != _BOM:
        return 0
    # White space before a line must not be counted as part of the line above.
    head[:3] = b"   "
    return 3


def _after_last_newline(data: npt.NDArray[np.uint8]) -> int:
    position = data.tobytes().rfind(b"\n") if len(data) < HEAD_BYTES else -1
    if position >= 0:
        return position + 1
    # Search backwards from the end in growing steps: the last newline is usually near.
    step, end = HEAD_BYTES, len(data)
    while end > 0:
        begin = max(end - step, 0)
        position = data[begin:end].tobytes().rfind(b"\n")
        if position >= 0:
            return begin + position + 1
        end, step = begin, step * 4
    return 0
