"""A table: the file that holds it, the columns that an adapter reads, and the places of its records.

Also reads single lines of such a file, so that a refused record can be quoted with its line and byte.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

import duckdb

#: A record over this many bytes is quarantined.
LARGEST_RECORD = 16 * 1024 * 1024
#: Columns of the table of texts beside the fields: file id, first line, number of lines, first byte.
FILE = '"#file"'
LINE = '"#line"'
LINES = '"#lines"'
OFFSET = '"#offset"'
#: Name of the table of texts; there is one at a time, for the files being read.
TABLE = '"#texts"'
#: In the SQL of a `Table`, the type of the blob that a record is in.
RECORD_TYPE = 'r."#type"'


@dataclass(frozen=True)
class Table:
    """How a table is read. SQL is over `r`, a row with a text (or null) per name in `fields`.

    relation, columns: the raw relation and its columns in order; those of the trace are filled in here.
    fields: names of the columns to read, as the feed calls them.
    key: the fields whose columns the file must have.
    values: raw column -> SQL of its value.
    required: column -> SQL; null quarantines the row as `missing_field`.
    known_values: column -> boolean SQL; not true quarantines the row as `unknown_value`.
    nulled: column -> boolean SQL; true if an optional text becomes null because it cannot be read as the
        column's kind of value.
    ignored_as: SQL for the name under which a well-formed row of a type that we do not model is counted; null
        for other rows.
    instants: column -> SQL of the event time; null is `bad_timestamp`, far from the arrival `out_of_range`.
    has_coordinates: whether it has `latitude` and `longitude`, which must be within their ranges.
    has_one_row_per_key: whether to warn about a key that occurs more than once in a file.
    knows_all_columns: whether to warn about a column that is not read.
    may_be_empty: whether an empty file without a header is in order, because its records may still be
        written.
    without_key: further words in the message for a file that lacks a column of the key.
    add_functions: adds the Python functions that the SQL calls to a connection; None where it calls none.
    """

    relation: str
    columns: Mapping[str, str]
    fields: tuple[str, ...]
    key: tuple[str, ...]
    values: Mapping[str, str]
    required: Mapping[str, str]
    nulled: Mapping[str, str]
    ignored_as: str = "null"
    known_values: Mapping[str, str] = field(default_factory=dict)
    instants: Mapping[str, str] = field(default_factory=dict)
    has_coordinates: bool = False
    has_one_row_per_key: bool = False
    knows_all_columns: bool = True
    may_be_empty: bool = False
    without_key: str = ""
    add_functions: Callable[[duckdb.DuckDBPyConnection], None] | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """Return each field once: for DuckDB names that differ only in case are one name."""
        return tuple({name.lower(): name for name in reversed(self.fields)}.values())[::-1]


@dataclass(frozen=True)
class TableFile:
    """A decompressed file for a tabular adapter.

    data: the whole content of a small file; None: the content is at `path`.
    record_type: type of a blob's records, by the blob's place in its folder.
    legacy_encoding: encoding of text that is not UTF-8; None: such text is unreadable.
    copy_of: the delivered file and its encoding, if this file is a UTF-8 copy of it.
    read_before: how many bytes an earlier run read; records that start in them are left out.
    only_lines: the lines on which the records to read start; None: all.
    """

    path: Path
    name: str  # path inside its day folder, with extensions, as in the ledger
    arrival_date: date
    file_id: int
    data: bytes | None = None
    record_type: str | None = None
    legacy_encoding: str | None = None
    copy_of: tuple[TableFile, str] | None = None
    read_before: int = 0
    only_lines: frozenset[int] | None = None

    def open(self) -> BinaryIO:
        """Open the content from its first byte."""
        return self.path.open("rb") if self.data is None else io.BytesIO(self.data)

    def head(self, size: int) -> bytes:
        """Return the first `size` bytes of the content."""
        with self.open() as opened:
            return opened.read(size)

    @property
    def is_parquet(self) -> bool:
        """Whether the file is Parquet, by its first bytes."""
        return self.head(4) == b"PAR1"


@dataclass(frozen=True)
class BadRecord:
    """One record that cannot be read. `line` counts from 1; a field that is not known is None."""

    reason_code: str
    message: str
    raw_text: str
    line: int | None = None
    byte_offset: int | None = None
    item_index: int | None = None


@dataclass(frozen=True)
class Place:
    """Line, byte and text of a record in its file."""

    line: int
    byte_offset: int | None
    raw_text: str


#: File id -> (first line, number of lines) of its records, in ascending order.
Extents = Mapping[int, Sequence[tuple[int, int]]]
#: Function from extents to places; files with the same function are passed to it in one call.
Places = Callable[[Extents], dict[int, list[Place]]]


def line_places(file: TableFile, encoding: str = "utf-8") -> Places:
    """Return a function that finds places in a file of lines, in one pass over the file."""

    def places(extents: Extents) -> dict[int, list[Place]]:
        with file.open() as lines:
            return {file.file_id: read_extents(lines, extents[file.file_id], encoding)}

    return places


def read_extents(lines: BinaryIO, extents: Sequence[tuple[int, int]], encoding: str) -> list[Place]:
    """Return the places of records, given by first line and number of lines in ascending order."""
    found: list[Place] = []
    number, offset = 1, 0
    for first, count in extents:
        while number < first:
            offset += read_line(lines)[1]
            number += 1
        raw = [read_line(lines) for _ in range(count)]
        text = "".join(shown(line, encoding) for line, _ in raw).rstrip("\r\n")
        found.append(Place(first, offset, text))
        number, offset = number + count, offset + sum(size for _, size in raw)
    return found


def read_line(lines: BinaryIO) -> tuple[bytes, int]:
    """Return the next line and its length in bytes; of a line too long for a record, only its beginning."""
    line = lines.readline(LARGEST_RECORD + 1)
    size, last = len(line), line
    while len(line) > LARGEST_RECORD and last and not last.endswith(b"\n"):
        last = lines.readline(LARGEST_RECORD)
        size += len(last)
    return line, size


def decoded(line: bytes, encoding: str) -> str:
    """Return the text of a line, decoded as UTF-8 or else as `encoding`: a file may hold lines of both."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(encoding)


def shown(line: bytes, encoding: str) -> str:
    """Decode a line for a message: bytes in neither encoding are written as escapes."""
    try:
        return decoded(line, encoding)
    except UnicodeDecodeError:
        return line.decode("utf-8", "backslashreplace")
