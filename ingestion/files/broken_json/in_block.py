"""Decides which lines of a block the reader of broken JSON has to read: those around lines that are no
JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ingestion.files.blocks import Block, Lines, Piece
from ingestion.files.broken_json.reader import Decode, DocumentReader
from ingestion.files.broken_json.result import Found
from ingestion.files.broken_json.window import MoreNeeded, Window
from ingestion.landing.feed import FoundFile


@dataclass
class Rescue:
    """What the reader of broken JSON found: documents, and the lines that are part of them.

    `stream_on` is the place (piece, offset, line) of a document that extends beyond the block: its file has
    to be streamed from there.
    """

    withdrawn: npt.NDArray[np.bool_]
    found: list[tuple[FoundFile, Found]] = field(default_factory=list)
    stream_on: tuple[Piece, int, int] | None = None


class _Memory:
    """Bytes of a block in memory, read like a file."""

    def __init__(self, buffer: npt.NDArray[np.uint8], start: int, end: int) -> None:
        self._view = buffer.data[start:end]

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end."""
        taken, self._view = self._view[:size], self._view[size:]
        return taken.tobytes()


def rescue(block: Block, lines: Lines, suspicious: npt.NDArray[np.bool_], decode: Decode | None) -> Rescue:
    """Read on from each suspicious line to the end of the documents that begin there.

    Return what was found.
    """
    result = Rescue(np.zeros(len(suspicious), dtype=bool))
    position = 0
    for line in np.flatnonzero(suspicious):
        if line < position:
            continue
        piece = block.pieces[lines.piece_of[line]]
        found: list[Found] = []
        try:
            position = _read_run(block, lines, suspicious, int(line), piece, decode, found)
        except MoreNeeded:
            end = int(np.searchsorted(lines.piece_of, lines.piece_of[line], side="right"))
            result.withdrawn[line:end] = True
            number = int(lines.table.column("line_number")[int(line)].as_py())
            result.stream_on = (piece, piece.offset + int(lines.starts[line]) - piece.start, number)
            return result  # a file that continues in the next block is alone in this one
        result.withdrawn[line:position] = True
        result.found += [(piece.file, one) for one in found]
    return result


def _read_run(
    block: Block,
    lines: Lines,
    suspicious: npt.NDArray[np.bool_],
    line: int,
    piece: Piece,
    decode: Decode | None,
    found: list[Found],
) -> int:
    """Read from `line` up to the next line that is valid JSON by itself; return that line's index."""
    start = int(lines.starts[line])
    number = int(lines.table.column("line_number")[line].as_py())
    source = _Memory(block.buffer, start, piece.end)
    window = Window(source, piece.offset + start - piece.start, number, ends_file=piece.is_last)
    reader = DocumentReader(window, decode)
    shift = piece.start - piece.offset
    after = int(np.searchsorted(lines.piece_of, lines.piece_of[line], side="right"))
    while True:
        found_here = reader.next()
        if found_here is None:
            return after
        found.extend(found_here)
        reached = window.base + window.pos + shift
        position = int(np.searchsorted(lines.starts[:after], reached))
        line_start = int(lines.starts[position]) if position < after else piece.end
        is_line_start = _next_written(block.buffer, reached, line_start) == line_start
        if is_line_start and (position >= after or not suspicious[position]):
            return position


def _next_written(buffer: npt.NDArray[np.uint8], start: int, end: int) -> int:
    """Return the position of the first character in [start, end) that is no white space.

    `end` if there is none.
    """
    while start < end:
        content = buffer[start : min(start + 256, end)].tobytes()
        written = content.lstrip()
        if written:
            return start + len(content) - len(written)
        start += len(content)
    return end
