"""A sliding window over a stream of JSON text: finds where values end and holds as little text as it can.

Text is held as latin-1, one character per byte: JSON's structure is ASCII, so positions are byte positions
and encoding it again gives the bytes of the file.
"""

from __future__ import annotations

import json
from dataclasses import replace

from ingestion.files.broken_json.json_text import SPACE, Value, decode_value
from ingestion.files.compression import ByteSource

_FIRST_CHUNK = 8 * 2**10
_LARGEST_CHUNK = 4 * 2**20
_TRIM_AFTER = 2**18
_STRETCH = 4096


class MoreNeeded(Exception):  # noqa: N818 - not an error: the caller goes on by streaming
    """Raised if a value extends beyond this block: the caller then reads the file on as a stream."""


class Window:
    """A part of the stream: `text` starts at byte `base` of it, and is read up to position `pos`."""

    def __init__(self, source: ByteSource, base: int, line: int, *, ends_file: bool = True) -> None:
        self._source = source
        self._ends_file = ends_file
        self._at_end = False
        self.text = ""
        self.base = base
        self.pos = 0
        self._counted = (0, line)  # a known position and its line number
        self._searched = (0, 0)  # two positions without a newline between them

    def grow(self) -> bool:
        """Read more of the file into the window; False at the end of the file."""
        if self._at_end:
            return False
        chunk = self._source.read(min(max(len(self.text), _FIRST_CHUNK), _LARGEST_CHUNK))
        if not chunk:
            if not self._ends_file:
                raise MoreNeeded
            self._at_end = True
            return False
        self.text += chunk.decode("latin-1")
        return True

    def trim(self) -> None:
        """Drop the text before `pos`; positions taken earlier are then invalid."""
        if self.pos > max(_TRIM_AFTER, len(self.text) // 2):
            line = self.line_at(self.pos)
            self.base += self.pos
            self.text = self.text[self.pos :]
            self._counted = (0, line)
            self._searched = (max(self._searched[0] - self.pos, 0), max(self._searched[1] - self.pos, 0))
            self.pos = 0

    def line_at(self, position: int) -> int:
        """Return the number of the line that `position` is on."""
        counted, line = self._counted
        if position < counted:
            return line - self.text.count("\n", position, counted)
        self._counted = (position, line + self.text.count("\n", counted, position))
        return self._counted[1]

    def skip_space(self) -> bool:
        """Move `pos` to the next character that is no white space; False at the end."""
        while True:
            text, pos = self.text, self.pos
            while pos < len(text) and text[pos] in SPACE:
                pos += 1
            self.pos = pos
            if pos < len(text):
                return True
            self.trim()
            if not self.grow():
                return False

    def line_end(self, start: int, limit: int) -> int | None:
        """Return the position after the line that `start` is on; None if the line is longer than `limit`."""
        searched = self._searched[1] if self._searched[0] <= start <= self._searched[1] else start
        while True:
            newline = self.text.find("\n", searched)
            if newline >= 0:
                return newline + 1 if newline - start <= limit else None
            searched = len(self.text)
            self._searched = (start, searched)
            if searched - start > limit:
                return None
            if not self.grow():
                return len(self.text)

    def is_first_on_line(self, position: int) -> bool:
        """Whether the held text of the line has only white space before `position`."""
        return not self.text[self.line_start(position) : position].strip(SPACE)

    def line_start(self, position: int) -> int:
        """Return the start of the line of `position`, or the start of the held text if that is later."""
        return self.text.rfind("\n", 0, position) + 1

    def indent(self, position: int) -> int:
        """Return the number of characters before `position`, the first character of a line's text."""
        end = position
        while end < len(self.text) and self.text[end] in " \t":
            end += 1
        return end - position

    def value(self, start: int, limit: int) -> Value:
        """Return the JSON value at `start`; read on until it is complete, wrong, or longer than `limit`."""
        while True:
            found = self._value(start)
            more_may_help = found.is_cut or (
                found.end == len(self.text) and self.text[found.end - 1] not in '}]"'
            )
            reached = found.end or (len(self.text) if found.is_cut else found.position)
            if reached - start > limit:
                return Value(None, start, "it is longer than 16 MiB", is_too_large=True)
            if not more_may_help or not self.grow():
                return found

    def _value(self, start: int) -> Value:
        # Try a short text first: most values end soon, and the decoder's errors count the lines of all its
        # text.
        stretch = self.text[start : start + _STRETCH]
        if start + len(stretch) < len(self.text):
            found = _decoded(stretch, 0, is_all=False)
            if not found.is_cut and found.end != len(stretch):
                end = None if found.end is None else start + found.end
                return replace(found, end=end, position=start + found.position)
        return _decoded(self.text, start, is_all=self._at_end)

    def raw(self, start: int, end: int) -> bytes:
        """Return the bytes of [start, end) as they are in the file."""
        return self.text[start:end].encode("latin-1")


def _decoded(text: str, start: int, *, is_all: bool) -> Value:
    """Return the JSON value at `start`. `is_all`: the text ends there; otherwise more text may follow."""
    try:
        return Value(decode_value(text, start)[1])
    except json.JSONDecodeError as error:
        # If the text ends inside a literal, an escape or a character, the error's position is where that
        # starts.
        near_end = error.pos >= len(text) - 12 and not is_all
        is_cut = (
            near_end or error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip(SPACE))
        )
        return Value(None, error.pos, error.msg, is_cut=is_cut)
    except RecursionError:
        return Value(None, start, "it is nested too deeply")
