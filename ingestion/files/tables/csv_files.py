"""Reads CSV files: DuckDB reads files with one header together, Python reads those with broken records by
line.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.errors import UnreadableFile
from ingestion.files.compression import HEAD_BYTES, check_encoding
from ingestion.files.tables import broken_lines, encodings
from ingestion.files.tables.broken_lines import CsvHeader, copied_text
from ingestion.files.tables.table import (
    FILE,
    LARGEST_RECORD,
    LINES,
    TABLE,
    BadRecord,
    Table,
    TableFile,
    decoded,
    line_places,
)
from ingestion.files.tables.text_table import Choice, Loaded, Outcomes, choose
from ingestion.sql import arrow_table, path_sql, quoted, registered

_CHUNK = 1024 * 1024
_BOM = b"\xef\xbb\xbf"
#: Number of columns before the cells in the cleaned copy: file, line, lines, byte offset.
_PLACE = 4
#: Longest line of the cleaned copy, in bytes: quotes may be doubled, and the record's place is added.
_LARGEST_COPY = 2 * LARGEST_RECORD + 1024
#: A group of at most this many files is not halved again if it fails: each file is read line by line.
_FEW_FILES = 32
_STACKED = '"#stacked"'
_FILES = "files_to_read"


def header_names(head: bytes) -> list[str]:
    """Return the cells of the first line of `head`, read as CSV; none if it is not text."""
    try:
        return broken_lines.read_header(head).names
    except (UnicodeDecodeError, csv.Error):
        return []


@dataclass(frozen=True)
class _Csv:
    """A CSV file with its header.

    text: its records as UTF-8, a newline after each line, no blank lines at the end; None if it is large.
    is_orderly: whether DuckDB may read it together with others, as far as can be told before reading.
    lines, first_line: how many lines DuckDB has to read, and the number of the first.
    """

    file: TableFile
    header: CsvHeader
    choice: Choice
    text: bytes | None = None
    is_orderly: bool = False
    lines: int = 0
    first_line: int = 2
    line_break: bytes = b"\n"

    @property
    def likeness(self) -> tuple[object, ...]:
        """Return a key that is equal for files that DuckDB can read as one."""
        alone = self.file.file_id if self.text is None else None
        return (*self.header.names, self.header.delimiter, self.line_break, alone)


def load_csv(
    connection: duckdb.DuckDBPyConnection, files: Iterable[TableFile], table: Table, spill: Path
) -> Outcomes:
    """Read CSV files with a header into the table of texts."""
    outcomes: Outcomes = {}
    groups: dict[tuple[object, ...], list[_Csv]] = defaultdict(list)
    with_care: list[_Csv] = []
    for file in files:
        try:
            opened = _open_csv(file, table)
        except UnreadableFile as problem:
            outcomes[file.file_id] = problem
            continue
        outcomes[file.file_id] = Loaded(line_places(file, opened.header.encoding), opened.choice.warnings)
        if opened.is_orderly:
            groups[opened.likeness].append(opened)
        else:
            with_care.append(opened)
    for group in groups.values():
        with_care += _load_group(connection, group, table, spill)
    for file_id, bad in _load_with_care(connection, with_care, table, spill):
        loaded = outcomes[file_id]
        assert isinstance(loaded, Loaded)
        outcomes[file_id] = replace(loaded, bad=bad)
    return outcomes


def _open_csv(file: TableFile, table: Table) -> _Csv:
    header = _header(file)
    if not any(header.names) and table.may_be_empty and not file.head(1):
        return _Csv(file, header, Choice({}, ()))
    choice = choose(file.name, header.names, table)
    # DuckDB's CSV reader fails on text that is not UTF-8, even in columns that it skips.
    is_text = encodings.is_utf8(file)
    if not is_text and file.legacy_encoding and file.head(len(_BOM)) != _BOM:
        header = replace(header, encoding=file.legacy_encoding)
    opened = _Csv(file, header, choice)
    if len(header.names) < 2 or header.lines != 1:
        return opened  # A blank line would read as a row of one empty cell.
    if file.data is not None:
        return _stackable(opened, file.data)
    return replace(opened, is_orderly=is_text, lines=_count_lines(file) - 1)


def _stackable(opened: _Csv, data: bytes) -> _Csv:
    """Return the file with the text of its records, without those that an earlier run read."""
    end = data.find(b"\n") + 1 or len(data)
    start = end
    if opened.file.read_before:
        start = opened.file.read_before
        if data[start - 1 : start] != b"\n":
            # The last line that was read had no newline yet: the new part begins with that line.
            start = data.find(b"\n", start) + 1
    line_break = b"\r\n" if data[:end].endswith(b"\r\n") else b"\n"
    try:
        text = _as_utf8(data[start:].rstrip(b"\r\n"), opened.header.encoding)
    except UnicodeDecodeError:
        return opened
    text += line_break if text else b""
    return replace(
        opened,
        text=text,
        is_orderly=True,
        lines=text.count(b"\n"),
        first_line=first_new_line(opened.file) if opened.file.read_before else 2,
        line_break=line_break,
    )


def first_new_line(file: TableFile) -> int:
    """Return the number (from 1) of the first line that no earlier run read."""
    if not file.read_before:
        return 1
    before = file.head(file.read_before)
    return before.count(b"\n") + (not before.endswith(b"\n")) + 1


def _as_utf8(text: bytes, encoding: str) -> bytes:
    """Return the text as UTF-8. Raise `UnicodeDecodeError` if a line is neither UTF-8 nor in the encoding."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return b"\n".join(decoded(line, encoding).encode() for line in text.split(b"\n"))
    return text


def _header(file: TableFile) -> CsvHeader:
    head = file.head(LARGEST_RECORD)
    check_encoding(head[:HEAD_BYTES])
    try:
        return broken_lines.read_header(head)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "not_utf8", f"{file.name}: the header is not UTF-8 ({error}). Deliver it as UTF-8 in a new file."
        ) from error
    except csv.Error as error:
        raise UnreadableFile(
            "wrong_shape", f"{file.name}: the header is not CSV ({error}). Deliver it as CSV in a new file."
        ) from error


def _load_group(
    connection: duckdb.DuckDBPyConnection, group: Sequence[_Csv], table: Table, spill: Path
) -> Sequence[_Csv]:
    """Load CSV files with one header; return those to read line by line.

    If a load fails, each half is tried.
    """
    if _is_loaded(connection, group, table, spill):
        return ()
    if len(group) <= _FEW_FILES:
        return group
    middle = len(group) // 2
    return [
        *_load_group(connection, group[:middle], table, spill),
        *_load_group(connection, group[middle:], table, spill),
    ]


def _is_loaded(
    connection: duckdb.DuckDBPyConnection, group: Sequence[_Csv], table: Table, spill: Path
) -> bool:
    """Load files as one. Return False, with nothing loaded, if the records do not account for every line."""
    if not sum(one.lines for one in group):
        return True
    path, skip = group[0].file.path, 1
    if group[0].text is not None:
        path, skip = spill / "stacked.csv", 0
        with path.open("wb") as stacked:
            stacked.writelines(one.text or b"" for one in group)
    try:
        with registered(connection, _FILES, _stack(group)):
            return _read_stacked(connection, path, skip, group, table)
    except duckdb.Error:
        return False


def _stack(group: Sequence[_Csv]) -> pa.Table:
    """Return per file its first line among the stacked lines, and that line's number in the file."""
    ends = accumulate(one.lines for one in group)
    return arrow_table(
        dict.fromkeys(("file_id", "start", "lines", "first_line"), "BIGINT"),
        [
            (one.file.file_id, end - one.lines + 1, one.lines, one.first_line)
            for one, end in zip(group, ends, strict=True)
        ],
    )


def _read_stacked(
    connection: duckdb.DuckDBPyConnection, path: Path, skip: int, group: Sequence[_Csv], table: Table
) -> bool:
    """Read stacked files; return whether the records of each account for all of its lines.

    A blank line, a row with more or fewer cells than the header, or a stray quote leaves a line that no
    record accounts for. Line breaks inside cells are counted to give each record its line; the first attempt
    assumes that there are none.
    """
    first = group[0]
    width = len(first.header.names)
    start, first_line, file_id, join = "1", str(first.first_line), str(first.file.file_id), ""
    if len(group) > 1:
        start, first_line, file_id = "files.start", "files.first_line", "files.file_id"
        join = f"asof join {_FILES} as files on rows.line >= files.start"
    cells = first.choice.sql(table.texts, lambda index: f"rows.c{index}")
    reader = csv_reader(path, width, first.header.delimiter, skip)
    for breaks in ("0", _line_breaks(width)):
        # DuckDB streams a window function without an order; an ordered one would sort all rows.
        before = "sum(breaks) over (rows unbounded preceding) - breaks" if breaks != "0" else "0"
        # Read first, then join: DuckDB plans an as-of join over rows that it is still reading far slower.
        connection.execute(
            f"create or replace temp table {_STACKED} as select breaks,"
            f" row_number() over () + {before} as line, {cells}"
            f" from (select *, {breaks} as breaks from {reader}) as rows"
        )
        connection.execute(
            f"insert into {TABLE} select {file_id}, cast(rows.line - {start} + {first_line} as BIGINT),"
            f" rows.breaks + 1, null, rows.* exclude (breaks, line) from {_STACKED} as rows {join}"
        )
        connection.execute(f"drop table {_STACKED}")
        strayed = connection.execute(
            f"select count(*) from {_FILES} as files left join"
            f" (select {FILE}, sum({LINES}) as lines from {TABLE} group by all) as found"
            f" on files.file_id = found.{FILE} where coalesce(found.lines, 0) <> files.lines"
        ).fetchone()
        if strayed == (0,):
            return True
        connection.execute(f"delete from {TABLE} where {FILE} in (select file_id from {_FILES})")
    return False


def _line_breaks(width: int) -> str:
    """SQL for the number of line breaks inside the cells of a row that `csv_reader` read."""
    return " + ".join(
        f"coalesce(length(c{index}) - length(replace(c{index}, chr(10), '')), 0)" for index in range(width)
    )


def _load_with_care(
    connection: duckdb.DuckDBPyConnection, files: Sequence[_Csv], table: Table, spill: Path
) -> Iterator[tuple[int, tuple[BadRecord, ...]]]:
    """Read files line by line and load their good records; yield each file's id and its broken records."""
    alike: dict[tuple[str, ...], list[_Csv]] = defaultdict(list)
    for one in files:
        alike[tuple(one.header.names)].append(one)
    for names, group in alike.items():
        copy = spill / "records.csv"
        with copy.open("w", encoding="utf-8", newline="") as copied:
            writer = csv.writer(copied, lineterminator="\n")
            for one in group:
                with one.file.open() as opened:
                    bad = broken_lines.sort_csv(opened, one.header, writer, one.file.file_id)
                yield one.file.file_id, tuple(bad)
        cells = group[0].choice.sql(table.texts, lambda index: copied_text(f"c{index + _PLACE}"))
        connection.execute(
            f"insert into {TABLE} select cast(c0 as BIGINT), cast(c1 as BIGINT), cast(c2 as BIGINT),"
            f" cast(c3 as BIGINT), {cells}"
            f" from {csv_reader(copy, len(names) + _PLACE, ',', 0, _LARGEST_COPY)}"
        )


def csv_reader(path: Path, width: int, delimiter: str, skip: int, largest: int = LARGEST_RECORD) -> str:
    """SQL for DuckDB's CSV reader with columns `c0`, `c1` …: every cell is a text, an empty one is null."""
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(width))
    return (
        f"read_csv({path_sql(path)}, columns = {{{columns}}}, auto_detect = false, header = false,"
        f" skip = {skip}, delim = {quoted(delimiter)}, quote = '\"', escape = '\"', nullstr = '',"
        f" max_line_size = {largest})"
    )


def _count_lines(file: TableFile) -> int:
    """Return the number of a file's lines; the last one counts even if no newline ends it."""
    count, last = 0, b"\n"
    with file.open() as opened:
        while chunk := opened.read(_CHUNK):
            count, last = count + chunk.count(b"\n"), chunk[-1:]
    return count + (last != b"\n")
