"""Reads CSV and JSON tables line by line in Python, to find the line and byte of each broken record.

Good CSV records are written to a cleaned copy, which DuckDB reads. Two ready-made readers were tried instead:

- DuckDB's `read_csv(…, store_rejects = true)` agrees on too few and too many cells, encodings, NUL bytes and
  sizes. But a quote that is never closed costs the good records after it (without `parallel` also silently),
  lines are numbered wrongly after a cell with a line break, mixed line breaks fail the file, and the good
  rows do not tell their lines.
- pandas' `read_csv` fills up rows with too few cells instead of refusing them, fails a file with an open
  quote (or, with its Python engine, drops the rest), tells no line, and holds the file in memory: a CRM
  snapshot of 300,000 rows in 150 to 330 MiB, and three to eight times DuckDB's time.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from ingestion.files.tables.table import LARGEST_RECORD, BadRecord, decoded, read_line, shown

if TYPE_CHECKING:
    from _csv import Writer

_BOM = b"\xef\xbb\xbf"
_DELIMITERS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile(rb'"?sep=(?P<separator>[,;\t|])"?\r?\n', re.IGNORECASE)
#: Stands for carriage returns in the cleaned copy, which DuckDB would misread; no valid text holds this
#: character.
_RETURN = "\ufdd1"
#: Most columns of a CSV file: DuckDB's planning time grows with their square.
_MOST_COLUMNS = 20_000
#: How many bytes of a record that is too large go into quarantine.
_KEPT = 64 * 1024


@dataclass(frozen=True)
class CsvHeader:
    """A CSV file's first record, its delimiter, and the number of lines that it takes."""

    names: list[str]
    delimiter: str
    lines: int
    encoding: str = "utf-8"  # encoding of lines that are not UTF-8; the header itself is always UTF-8


@dataclass(frozen=True)
class Line:
    """One line of a file, its line break included."""

    number: int
    offset: int
    raw: bytes


def read_header(head: bytes) -> CsvHeader:
    """Return the header of a CSV file that begins with `head`. Its most frequent delimiter is the file's.

    A line `sep=;` before the header, which tells spreadsheets the delimiter, is skipped and decides the
    delimiter.
    """
    csv.field_size_limit(LARGEST_RECORD + 1)
    head = head.removeprefix(_BOM)
    told = _SEPARATOR_LINE.match(head)
    if told is not None:
        header = _read_header(head[told.end() :], told["separator"].decode())
        return replace(header, lines=header.lines + 1)
    return _read_header(head, None)


def _read_header(head: bytes, delimiter: str | None) -> CsvHeader:
    lines = io.StringIO(head.decode("utf-8", "replace"), newline="")
    first_line = head.split(b"\n", 1)[0]
    first = first_line.decode("utf-8")
    delimiter = delimiter or max(_DELIMITERS, key=first.count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    names = next(reader, [])
    if b"\r" in first_line.rstrip(b"\r") and reader.line_num == 1:
        raise csv.Error("its lines end with a carriage return alone, not with a line feed")
    if len(names) > _MOST_COLUMNS:
        raise csv.Error(f"it has {len(names):,} columns, more than {_MOST_COLUMNS:,}")
    return CsvHeader(names, delimiter, max(reader.line_num, 1))


def sort_csv(opened: BinaryIO, header: CsvHeader, copy: Writer, file_id: int) -> list[BadRecord]:
    """Copy records with as many cells as the header to `copy`; return the other records.

    Each copied record begins with four cells: file id, first line, number of lines, byte offset.

    If a quote is never closed, or text follows a closing quote, only the first line of that record is refused
    and the next line is tried as a record. So a stray quote costs one record, not the rest of the file.
    """
    bad: list[BadRecord] = []
    waiting = deque[Line]()
    lines = _lines(opened)
    for _ in range(header.lines):
        next(lines, None)
    given_up = 0  # the line on which the last failed record failed
    while (first := _next(waiting, lines)) is not None:
        if not first.raw.strip(b"\r\n"):
            continue
        taken = [first]
        # Do not read ahead again from lines before the last failure: an open quote would fail there again,
        # and reading up to it from every such line would take quadratic time.
        following = iter(()) if first.number < given_up else iter(partial(_next, waiting, lines), None)
        try:
            outcome = _cells(taken, following, header)
        except csv.Error as error:
            given_up = max(given_up, taken[-1].number)
            waiting.extendleft(reversed(taken[1:]))
            outcome = _bad("wrong_shape", f"not a CSV record ({error})", taken[:1], header.encoding)
        if isinstance(outcome, BadRecord):
            bad.append(outcome)
        else:
            cells = (cell.replace("\r", _RETURN) for cell in outcome)
            copy.writerow((file_id, first.number, len(taken), first.offset, *cells))
    return bad


def text_lines(opened: BinaryIO) -> Iterator[Line | BadRecord]:
    """Yield lines that are not blank, trimmed; a `BadRecord` for each that is too large or not UTF-8."""
    for line in _lines(opened):
        raw = line.raw.removeprefix(_BOM) if line.number == 1 else line.raw
        if not raw.strip():
            continue
        text = _text([line])
        if isinstance(text, BadRecord):
            yield text
        else:
            yield Line(line.number, line.offset, text.lstrip("\ufeff").strip().encode())


def copied_text(cell_sql: str) -> str:
    """SQL for a cell of the cleaned CSV copy with its carriage returns restored."""
    return f"replace({cell_sql}, '{_RETURN}', chr(13))"


def _lines(opened: BinaryIO) -> Iterator[Line]:
    number, offset = 1, 0
    while (read := read_line(opened))[1]:
        yield Line(number, offset, read[0])
        number, offset = number + 1, offset + read[1]


def _next(waiting: deque[Line], lines: Iterator[Line]) -> Line | None:
    return waiting.popleft() if waiting else next(lines, None)


def _cells(taken: list[Line], following: Iterator[Line], header: CsvHeader) -> list[str] | BadRecord:
    """Return the cells of the record that starts with the lines `taken`; add its further lines to `taken`."""
    whole = _text(taken, header.encoding)
    if isinstance(whole, BadRecord):
        return whole

    def texts() -> Iterator[str]:
        yield whole
        size = len(taken[0].raw)
        for line in following:
            taken.append(line)
            size += len(line.raw)
            text = _text([line], header.encoding)
            if size > LARGEST_RECORD or isinstance(text, BadRecord):
                return
            yield text

    cells = next(csv.reader(texts(), delimiter=header.delimiter, strict=True))
    if len(cells) != len(header.names):
        message = f"{len(cells)} cells where the header has {len(header.names)}"
        return _bad("wrong_shape", message, taken, header.encoding)
    return cells


def _text(lines: list[Line], encoding: str = "utf-8") -> str | BadRecord:
    """Return the lines' text; a `BadRecord` if they are too large or in no known encoding."""
    if sum(len(line.raw) for line in lines) > LARGEST_RECORD:
        return _bad("too_large", f"the record has over {LARGEST_RECORD} bytes", lines)
    try:
        return "".join(decoded(line.raw, encoding) for line in lines)
    except UnicodeDecodeError as error:
        not_text = "not UTF-8" if encoding == "utf-8" else f"neither UTF-8 nor {encoding}"
        return _bad("not_utf8", f"{not_text} ({error.reason} at byte {error.start} of the line)", lines)


def _bad(reason_code: str, message: str, lines: list[Line], encoding: str = "utf-8") -> BadRecord:
    raws = [line.raw for line in lines]
    if reason_code == "too_large":
        raws, message = [raws[0][:_KEPT]], f"{message}, of which the first {_KEPT} are kept"
    text = "".join(shown(raw, encoding) for raw in raws).rstrip("\r\n")
    first = lines[0]
    return BadRecord(
        reason_code,
        f"line {first.number}: {message}; correct it and deliver it in a new file",
        text,
        line=first.number,
        byte_offset=first.offset,
    )
