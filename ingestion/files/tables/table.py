"""What a table is: the file it lies in, the columns that an adapter reads of it, and where its records stand.

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
#: Columns of the table of texts beside the fields: the file's id, first line, lines, first byte.
FILE = '"#file"'
LINE = '"#line"'
LINES = '"#lines"'
OFFSET = '"#offset"'
#: Name of the table; there is one at a time, of the files being read.
TABLE = '"#texts"'
#: SQL, in a table's own, of the type of a record's blob.
RECORD_TYPE = 'r."#type"'


@dataclass(frozen=True)
class Table:
    """How a table is read. SQL is over `r`, a row with a text (or null) per name in `fields`.

    relation, columns: the raw relation and its columns in order; those of the trace are filled in here.
    fields: names of the columns to read, as the feed calls them.
    key: those of them that the file must have.
    values: raw column -> SQL of its value.
    required: column -> SQL; null quarantines the row as `missing_field`.
    known_values: column -> boolean SQL; not true quarantines the row as `unknown_value`.
    nulled: column -> boolean SQL; true where an optional text is lost because it is no such value.
    ignored_as: SQL of the name to count a row under that is well-formed but of no type we model, else null.
    instants: column -> SQL of the event time; null is `bad_timestamp`, far from the arrival `out_of_range`.
    has_coordinates: does it hold `latitude` and `longitude`, which must be on the globe?
    has_one_row_per_key: is a key that stands in a file more than once worth a warning?
    knows_all_columns: is a column that is not read worth one?
    may_be_empty: may a file without a header be one whose first records are still to be written?
    without_key: what else to say of a file that lacks a column of the key.
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
        """The fields, each once: names that differ in case alone are one name to the engine."""
        return tuple({name.lower(): name for name in reversed(self.fields)}.values())[::-1]


@dataclass(frozen=True)
class TableFile:
    """A file for a tabular adapter, plain: the core undoes gzip and zstd first.

    data: all of it, where it is small; None: it is at `path`.
    record_type: of a blob, by its place in its folder.
    legacy_encoding: of text that is not UTF-8; None: such text is unreadable.
    copy_of: the delivered file and its encoding, where this one was written anew as UTF-8.
    read_before: bytes of it that an earlier run read; the records that start there are left out.
    only_lines: the lines on which the records to read start; None: all.
    """

    path: Path
    name: str  # inside its day folder, with its extensions, as the books know it
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
        """Is the file Parquet, by its first bytes?"""
        return self.head(4) == b"PAR1"


@dataclass(frozen=True)
class BadRecord:
    """One record that cannot be read. `line` counts from 1; what is not known is null."""

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


#: First line and lines of records of files, by the file's id, ascending.
Extents = Mapping[int, Sequence[tuple[int, int]]]
#: Function from extents to places; files that share a function are passed to it in one call.
Places = Callable[[Extents], dict[int, list[Place]]]


def line_places(file: TableFile, encoding: str = "utf-8") -> Places:
    """Places in a file of lines, found in one pass over it."""

    def places(extents: Extents) -> dict[int, list[Place]]:
        with file.open() as lines:
            return {file.file_id: read_extents(lines, extents[file.file_id], encoding)}

    return places


def read_extents(lines: BinaryIO, extents: Sequence[tuple[int, int]], encoding: str) -> list[Place]:
    """Places of records given by first line and lines, ascending."""
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
    """The next line and its length; of one that is too long for a record only the beginning is held."""
    line = lines.readline(LARGEST_RECORD + 1)
    size, last = len(line), line
    while len(line) > LARGEST_RECORD and last and not last.endswith(b"\n"):
        last = lines.readline(LARGEST_RECORD)
        size += len(last)
    return line, size


def decoded(line: bytes, encoding: str) -> str:
    """The text of a line: UTF-8 where it is that, else in `encoding`. A file may hold lines of both."""
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
