"""A sliding window over a stream of JSON text that finds where a value ends and holds no more text than it
must.

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


class MoreNeeded(Exception):  # noqa: N818 - no error: the reader goes on another way
    """Raised where a value goes on beyond this block; the caller then reads the file on as a stream."""


class Window:
    """`text` from byte `base` of the stream on; `pos` is how far it has been read."""

    def __init__(self, source: ByteSource, base: int, line: int, *, ends_file: bool = True) -> None:
        self._source = source
        self._ends_file = ends_file
        self._at_end = False
        self.text = ""
        self.base = base
        self.pos = 0
        self._counted = (0, line)  # a position and the number of its line
        self._searched = (0, 0)  # no newline between these positions

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
        """Drop the text before `pos`; positions taken earlier no longer hold."""
        if self.pos > max(_TRIM_AFTER, len(self.text) // 2):
            line = self.line_at(self.pos)
            self.base += self.pos
            self.text = self.text[self.pos :]
            self._counted = (0, line)
            self._searched = (max(self._searched[0] - self.pos, 0), max(self._searched[1] - self.pos, 0))
            self.pos = 0

    def line_at(self, position: int) -> int:
        """Number of the line that `position` is on."""
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
        """Position after the line that `start` is on; None where it is longer than `limit`."""
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
        """Is there only white space before `position` on its line, as far as it is held?"""
        return not self.text[self.line_start(position) : position].strip(SPACE)

    def line_start(self, position: int) -> int:
        """Position where the line of `position` starts, as far as it is held."""
        return self.text.rfind("\n", 0, position) + 1

    def indent(self, position: int) -> int:
        """How far the line at `position` (its first character) is indented."""
        end = position
        while end < len(self.text) and self.text[end] in " \t":
            end += 1
        return end - position

    def value(self, start: int, limit: int) -> Value:
        """The JSON value at `start`, reading on until it is whole, wrong, or longer than `limit`."""
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
        # Most values end soon; and an error counts the lines of all the text that it is given.
        stretch = self.text[start : start + _STRETCH]
        if start + len(stretch) < len(self.text):
            found = _decoded(stretch, 0, is_all=False)
            if not found.is_cut and found.end != len(stretch):
                end = None if found.end is None else start + found.end
                return replace(found, end=end, position=start + found.position)
        return _decoded(self.text, start, is_all=self._at_end)

    def raw(self, start: int, end: int) -> bytes:
        """The bytes of [start, end), as they were."""
        return self.text[start:end].encode("latin-1")


def _decoded(text: str, start: int, *, is_all: bool) -> Value:
    """The JSON value at `start` of a text after which nothing comes, or more."""
    try:
        return Value(decode_value(text, start)[1])
    except json.JSONDecodeError as error:
        # A literal, an escape or a character cut in two is reported where it starts.
        near_end = error.pos >= len(text) - 12 and not is_all
        is_cut = (
            near_end or error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip(SPACE))
        )
        return Value(None, error.pos, error.msg, is_cut=is_cut)
    except RecursionError:
        return Value(None, start, "it is nested too deeply")
