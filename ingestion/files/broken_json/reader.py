"""Reads JSON files that are not one document per line: `}{`, documents over many lines, other transports.

Text that is not JSON becomes an `Unreadable`, and the reader goes on after it. DuckDB, not this module, reads
the lines that are valid by themselves.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator

from ingestion.files.blocks import RECORD_BYTES
from ingestion.files.broken_json.json_text import (
    SPACE,
    Value,
    decode_value,
    elements,
    is_json,
    split,
    stands_alone,
)
from ingestion.files.broken_json.result import KEPT_OF_LARGE, Document, Found, Unreadable, unreadable
from ingestion.files.broken_json.window import Window

#: In a line too long to hold, matches up to the next object after an unreadable one. The quantifiers are
#: possessive: backtracking over a run of blanks would take quadratic time.
_NEXT_OBJECT = re.compile(r"\}[ \t\r\n]*+,?[ \t\r\n]*+(?=\{)")
#: A byte order mark in the window, which holds bytes as latin-1 characters.
_MARK = codecs.BOM_UTF8.decode("latin-1")
Decode = Callable[[str], str | None]


class DocumentReader:
    """Reads documents from a window, one line or one document of several lines at a time."""

    def __init__(self, window: Window, decode: Decode | None) -> None:
        self.window = window
        self._decode = decode

    def read_all(self) -> Iterator[Found]:
        """Read all documents up to the end of the file."""
        while (found := self.next()) is not None:
            yield from found

    def next(self) -> Iterator[Found] | None:
        """Read the next line or the document that begins on it; None at the end.

        Exhaust each result before the next call, because reading goes on from where it stopped.
        """
        window = self.window
        window.trim()
        if not window.skip_space():
            return None
        end = window.line_end(window.pos, RECORD_BYTES)
        return self._line(end) if end is not None else self._long_line()

    # ---- one line -------------------------------------------------------------------------------------

    def _line(self, end: int) -> Iterator[Found]:
        window, start = self.window, self.window.pos
        line = window.text[start:end]
        if line.startswith(_MARK):
            # Files with byte order marks that were joined have one before each file's first line.
            window.pos += len(_MARK)
            yield from self._line(end)
            return
        if line[0] not in "{[":
            yield self._other_line(line, end)
            return
        spans, problem = split(line)
        if problem is None:
            yield from self._chain(start, spans)
            window.pos = end
        elif problem.is_cut:
            failing = spans[-1][1] if spans else 0
            failing += len(line[failing:]) - len(line[failing:].lstrip(SPACE))
            yield from self._chain(start, spans)
            window.pos = start + failing
            yield from self._array() if line[failing] == "[" else self._object()
        elif spans and line[spans[-1][1] :].strip(SPACE) == ",":
            # The line has objects with commas between them but no brackets: all of them are read.
            yield from self._chain(start, spans)
            window.pos = end
        else:
            yield from self._chain(start, spans)
            bad = start + (spans[-1][1] if spans else 0)
            yield self._unreadable(bad, end, problem)
            window.pos = end

    def _other_line(self, line: str, end: int) -> Found:
        """Read a line that begins with neither `{` nor `[`: another transport, or no JSON."""
        window, start = self.window, self.window.pos
        number, offset = window.line_at(start), window.base + start
        window.pos = end
        problem: Value
        try:
            stop = decode_value(line, 0)[1]
            if not line[stop:].strip(SPACE):
                return self._document(start, start + stop)
            problem = Value(None, stop, "Extra data")
        except json.JSONDecodeError as error:
            problem = Value(None, error.pos, error.msg)
        if self._decode is not None:
            try:
                carried = self._decode(window.raw(start, end).decode("utf-8"))
            except (UnicodeDecodeError, ValueError, RecursionError):
                carried = None
            if carried is not None and is_json(carried):
                return Document(number, offset, 0, carried)
        return self._unreadable(start, end, problem)

    def _chain(self, start: int, spans: list[tuple[int, int]]) -> Iterator[Found]:
        """Yield the documents on one line; their records are numbered across all of them."""
        if len(spans) == 1:
            yield self._document(start + spans[0][0], start + spans[0][1])
            return
        index = 0
        for begin, end in spans:
            if self.window.text[start + begin] == "[":
                for first, last in elements(self.window.text, start + begin):
                    yield self._document(first, last, index, wrap=True)
                    index += 1
            else:
                yield self._document(start + begin, start + end, index)
                index += 1

    # ---- a document over several lines ----------------------------------------------------------------

    def _object(self) -> Iterator[Found]:
        window, start = self.window, self.window.pos
        value = window.value(start, RECORD_BYTES)
        if value.end is not None:
            yield self._document(start, value.end)
            window.pos = value.end
        else:
            end = self._extent(start)
            yield self._unreadable(start, end, value)
            window.pos = end

    def _array(self, *, is_long: bool = False) -> Iterator[Found]:
        window = self.window
        opening, opened_at = window.line_at(window.pos), window.base + window.pos
        held: list[Found] = []  # of the opening line, while it may be a line cut short
        index, wants_comma = 0, False
        window.pos += 1
        while (start := self._next_element(may_trim=not held)) is not None:
            character = window.text[start]
            if character == "]":
                window.pos += 1
                yield from held
                return
            if wants_comma and character == ",":
                window.pos, wants_comma = start + 1, False
                continue
            if wants_comma and character in "{[" and window.is_first_on_line(start):
                # A document begins here by itself: the text before it was no array.
                break
            value = _no_comma(start) if wants_comma else window.value(start, RECORD_BYTES)
            wants_comma = value.end is not None
            if value.end is not None:
                held.append(self._document(start, value.end, index, wrap=True))
                window.pos = value.end
                if not is_long and window.line_at(value.end) == opening:
                    index += 1
                    continue
            elif is_long:
                held.append(self._skip_in_long_line(value, index))
            else:
                end = self._extent(start)
                window.pos = end
                if window.line_at(end - 1) == opening:
                    yield self._unreadable(opened_at - window.base, end, value)
                    return
                held.append(self._unreadable(start, end, value, index))
            yield from held
            held = []
            index += 1
        yield self._given_up(opening, opened_at, is_one_line=bool(held))

    def _next_element(self, *, may_trim: bool) -> int | None:
        """Return where the next element of an array, or the comma before it, begins.

        None at the end of the file.
        """
        if may_trim:
            self.window.trim()
        return self.window.pos if self.window.skip_space() else None

    def _extent(self, start: int) -> int:
        """Return where an unreadable value that begins at `start` ends.

        It takes its line, the deeper indented lines after it (unless they are documents by themselves), and
        the line that closes it.
        """
        window = self.window
        begin = window.line_start(start)
        depth = window.indent(begin)
        end = window.line_end(start, RECORD_BYTES)
        while end is not None and end - start < RECORD_BYTES:
            if end >= len(window.text) and not window.grow():
                return len(window.text)
            following = window.line_end(end, RECORD_BYTES)
            if following is None:
                return end
            content = window.text[end:following].strip(SPACE)
            indent = window.indent(end)
            if stands_alone(content):
                return end
            if content and indent <= depth:
                return following if content[0] == "}" and indent == depth else end
            end = following
        return len(window.text) if end is None else end

    # ---- a line too long to hold ----------------------------------------------------------------------

    def _long_line(self) -> Iterator[Found]:
        window, start = self.window, self.window.pos
        if window.text[start] == "[":
            yield from self._array(is_long=True)
            return
        value = (
            window.value(start, RECORD_BYTES)
            if window.text[start] == "{"
            else Value(None, start, "it is longer than 16 MiB", is_too_large=True)
        )
        if value.end is None:
            yield self._skip_in_long_line(value, None)
        else:
            yield self._document(start, value.end)
            window.pos = value.end

    def _skip_in_long_line(self, value: Value, index: int | None) -> Found:
        """In a line too long to hold, skip unreadable text up to the next object or the end of the line."""
        window, start = self.window, self.window.pos
        kept = window.raw(start, start + KEPT_OF_LARGE)
        number, offset = window.line_at(start), window.base + start
        # A value that is too large extends at least to its limit; the held text may go beyond that.
        reached = min(start + RECORD_BYTES, len(window.text) - 1) if value.is_too_large else value.position
        window.pos = max(reached, start)
        while True:
            following = _NEXT_OBJECT.search(window.text, window.pos)
            reached = following.end() if following else len(window.text)
            newline = window.text.find("\n", window.pos, reached)
            if newline >= 0:
                rest = window.text[window.pos : newline].rstrip(SPACE)
                # If the line closes its array, the next line is no element of it.
                is_closed = index is not None and rest.endswith("]")
                window.pos = window.pos + len(rest) - 1 if is_closed else newline + 1
                break
            if following:
                window.pos = reached
                break
            # A match may extend beyond the text that is held: read more before taking it.
            window.pos = max(len(window.text) - 64, window.pos)
            window.trim()
            if not window.grow():
                window.pos = len(window.text)
                break
        # Keep only the skipped bytes: longer stretches, for a million short values, would fill the disk.
        skipped = window.base + window.pos - offset
        if skipped < len(kept):
            kept = kept[:skipped].rstrip(b", \t\r\n")
        return unreadable(number, offset, index, value, kept)

    # ---- results --------------------------------------------------------------------------------------

    def _document(self, start: int, end: int, item_base: int = 0, *, wrap: bool = False) -> Found:
        window = self.window
        raw = window.raw(start, end)
        number, offset = window.line_at(start), window.base + start
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            return unreadable(number, offset, item_base if wrap else None, Value(None), raw)
        return Document(number, offset, item_base, f"[{text}]" if wrap else text)

    def _unreadable(self, start: int, end: int, value: Value, index: int | None = None) -> Unreadable:
        window = self.window
        if value.is_too_large:
            end = min(end, start + KEPT_OF_LARGE)
        raw = window.raw(start, end)
        lead = len(raw) - len(raw.lstrip())
        start += lead
        return unreadable(window.line_at(start), window.base + start, index, value, raw.strip())

    def _given_up(self, line: int, offset: int, *, is_one_line: bool) -> Unreadable:
        """Return what to quarantine of an array without an end: its line if it has one, else only `[`."""
        window = self.window
        if is_one_line:
            start = offset - window.base
            end = window.line_end(start, RECORD_BYTES) or window.pos
            return self._unreadable(start, end, Value(None, problem="an array that is never closed"))
        message = (
            f"The array that begins on line {line} is never closed, up to line {window.line_at(window.pos)}."
            " Its elements so far were read; if the file was cut short, deliver the rest in a new file."
        )
        return Unreadable(line, offset, None, "not_json", message, b"[")


def _no_comma(position: int) -> Value:
    return Value(None, position, "Expecting ',' delimiter")
