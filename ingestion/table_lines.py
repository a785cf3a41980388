"""Tables made of lines, CSV and JSON lines: the engine reads them whole, or after a careful sorting.

Belongs here: the fast way, taken when every line is in order, and how the two ways meet. Does not belong
here: the careful way itself (`careful_lines.py`), Parquet (`table_shapes.py`), judging rows (`tabular.py`).
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from ingestion import careful_lines
from ingestion.adapter import BadRecord, TableFile, UnreadableFile
from ingestion.careful_lines import CsvHeader, copied_text
from ingestion.containers import HEAD_BYTES, check_encoding
from ingestion.encodings import is_utf8
from ingestion.engine_paths import path_sql
from ingestion.fields import quoted
from ingestion.texts import (
    LARGEST_RECORD,
    LINE,
    LINES,
    OFFSET,
    ORDINAL,
    TABLE,
    Choice,
    Texts,
    choose,
    identifier,
    line_places,
)

_CHUNK = 1024 * 1024
#: Where a careful copy keeps a record's place, before its cells.
_PLACE = 3
#: A careful copy may double the quotes in a record, and adds its place.
_LARGEST_COPY = 2 * LARGEST_RECORD + 1024


def header_names(head: bytes) -> list[str]:
    """Cells of the first line of `head`, were it CSV; none where it is not text."""
    try:
        return careful_lines.read_header(head).names
    except (UnicodeDecodeError, csv.Error):
        return []


def load_csv(
    connection: duckdb.DuckDBPyConnection, file: TableFile, fields: Sequence[str], key: Sequence[str]
) -> Texts:
    """Read a CSV file with a header."""
    header = _header(file)
    choice = choose(file.name, header.names, fields, key)
    bad: list[BadRecord] = []
    # The engine's reader, which skips columns, does not survive text that is no UTF-8 in the others.
    is_text = is_utf8(file.path)
    if not (is_text and _load_orderly_csv(connection, file.path, header, choice, fields)):
        if file.legacy_encoding is not None and not is_text:
            header = replace(header, encoding=file.legacy_encoding)
        with tempfile.TemporaryDirectory(dir=file.spill) as folder:
            copy = Path(folder) / "records.csv"
            bad = careful_lines.sort_csv(file.path, header, copy)
            _load_sorted_csv(connection, copy, len(header.names), choice, fields)
    return Texts(line_places(file.path, header.encoding), tuple(bad), choice.warnings)


def _header(file: TableFile) -> CsvHeader:
    with file.path.open("rb") as opened:
        head = opened.read(LARGEST_RECORD)
    check_encoding(head[:HEAD_BYTES])
    try:
        return careful_lines.read_header(head)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "not_utf8", f"{file.name}: the header is not UTF-8 ({error}). Deliver it as UTF-8 in a new file."
        ) from error
    except csv.Error as error:
        raise UnreadableFile(
            "wrong_shape", f"{file.name}: the header is not CSV ({error}). Deliver it as CSV in a new file."
        ) from error


def _load_orderly_csv(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    header: CsvHeader,
    choice: Choice,
    fields: Sequence[str],
) -> bool:
    """Load a file whose every line is accounted for by header and records; false where some are not.

    Line breaks inside cells are counted, so that each record knows its line. A blank line, a row with other
    than the header's number of cells, a stray quote or a byte that is not UTF-8 make the file not orderly.
    """
    width = len(header.names)
    if width < 2 or header.lines != 1:
        return False  # A blank line would read as a row of one empty cell.
    breaks = line_breaks(width)
    lines = _count_lines(path)
    for own in ("0", breaks):
        # Windows without an order run along with the reading; an ordered one would sort the whole file.
        before = "sum(breaks) over (rows unbounded preceding) - breaks" if own != "0" else "0"
        try:
            connection.execute(
                f"create or replace temp table {TABLE} as select row_number() over () as {ORDINAL},"
                f" cast(row_number() over () + 1 + {before} as BIGINT) as {LINE}, breaks + 1 as {LINES},"
                f" cast(null as BIGINT) as {OFFSET}, {choice.sql(fields, lambda index: f'c{index}')}"
                f" from (select *, {own} as breaks from {csv_reader(path, width, header.delimiter, skip=1)})"
            )
        except duckdb.Error:
            return False
        counted = connection.execute(f"select 1 + coalesce(sum({LINES}), 0) from {TABLE}").fetchone()
        if counted is not None and counted[0] == lines:
            return True
    return False


def line_breaks(width: int) -> str:
    """SQL of how many line breaks stand inside the cells of a row that `csv_reader` read."""
    return " + ".join(
        f"coalesce(length(c{index}) - length(replace(c{index}, chr(10), '')), 0)" for index in range(width)
    )


def _load_sorted_csv(
    connection: duckdb.DuckDBPyConnection, copy: Path, width: int, choice: Choice, fields: Sequence[str]
) -> None:
    cells = choice.sql(fields, lambda index: copied_text(f"c{index + _PLACE}"))
    connection.execute(
        f"create or replace temp table {TABLE} as select row_number() over () as {ORDINAL},"
        f" cast(c0 as BIGINT) as {LINE}, cast(c1 as BIGINT) as {LINES}, cast(c2 as BIGINT) as {OFFSET},"
        f" {cells}"
        f" from {_copy_reader(copy, width + _PLACE)}"
    )


def _copy_reader(copy: Path, width: int) -> str:
    return csv_reader(copy, width, ",", 0, _LARGEST_COPY)


def csv_reader(path: Path, width: int, delimiter: str, skip: int, largest: int = LARGEST_RECORD) -> str:
    """SQL of the engine's reader, with cells `c0`, `c1` …: every cell is a text, an empty one is null."""
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(width))
    return (
        f"read_csv({path_sql(path)}, columns = {{{columns}}}, auto_detect = false, header = false,"
        f" skip = {skip}, delim = {quoted(delimiter)}, quote = '\"', escape = '\"', nullstr = '',"
        f" max_line_size = {largest})"
    )


def load_json(
    connection: duckdb.DuckDBPyConnection, file: TableFile, fields: Sequence[str], key: Sequence[str]
) -> Texts:
    """Read JSON lines, one object per line."""
    bad: list[BadRecord] = []
    if not _load_orderly_json(connection, file.path):
        with tempfile.TemporaryDirectory(dir=file.spill) as folder:
            copy = Path(folder) / "lines.csv"
            bad = careful_lines.sort_lines(file.path, copy)
            connection.execute(
                'create or replace temp table "#documents" as'
                f" select row_number() over () as {ORDINAL}, cast(c0 as BIGINT) as {LINE},"
                f" cast(c2 as BIGINT) as {OFFSET}, {copied_text('c3')} as raw, try_cast(raw as JSON) as doc"
                f" from {_copy_reader(copy, _PLACE + 1)}"
            )
            bad += _refused_documents(connection)
    known = connection.execute(
        'select distinct unnest(json_keys(doc)) as name from "#documents" order by name'
    ).fetchall()
    names = [name for (name,) in known]
    any_read = connection.execute('select count(*) > 0 from "#documents"').fetchone()
    choice = choose(file.name, names, fields, key if any_read is not None and any_read[0] else ())
    _transform_documents(connection, names, choice, fields)
    return Texts(line_places(file.path), tuple(bad), choice.warnings)


def _load_orderly_json(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Load a file that has one object per line and nothing else; false where it has not."""
    try:
        connection.execute(
            f'create or replace temp table "#documents" as select row_number() over () as {ORDINAL},'
            f" row_number() over () as {LINE}, cast(null as BIGINT) as {OFFSET}, json as doc"
            f" from read_ndjson_objects({path_sql(path)}, maximum_object_size = {LARGEST_RECORD})"
        )
    except duckdb.Error:
        return False
    counted = connection.execute(
        "select count(*), coalesce(bool_and(json_type(doc) = 'OBJECT'), true) from \"#documents\""
    ).fetchone()
    return counted is not None and counted == (_count_lines(path), True)


def _refused_documents(connection: duckdb.DuckDBPyConnection) -> list[BadRecord]:
    """Take the lines that are not one JSON object out of the documents."""
    refused = connection.execute(
        f'select {LINE}, {OFFSET}, raw, doc is null from "#documents"'
        f" where doc is null or json_type(doc) <> 'OBJECT' order by {ORDINAL}"
    ).fetchall()
    connection.execute("delete from \"#documents\" where doc is null or json_type(doc) <> 'OBJECT'")
    return [
        BadRecord(
            "not_json" if is_text else "wrong_shape",
            f"line {line}: not {'JSON' if is_text else 'one JSON object'};"
            " correct it and deliver it in a new file",
            raw,
            line=line,
            byte_offset=offset,
        )
        for line, offset, raw, is_text in refused
    ]


def _transform_documents(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], choice: Choice, fields: Sequence[str]
) -> None:
    # The keys are those the file spells; a field they have is found by its index among them.
    wanted = sorted({names[index] for index in choice.found.values()})
    structure = json.dumps(dict.fromkeys(wanted, "VARCHAR"), ensure_ascii=False)
    cells = choice.sql(fields, lambda index: f"t.{identifier(names[index])}")
    transformed = f"json_transform(doc, {quoted(structure)})" if wanted else "{'none': 1}"
    connection.execute(
        f"create or replace temp table {TABLE} as select {ORDINAL}, {LINE}, 1 as {LINES}, {OFFSET}, {cells}"
        f' from (select *, {transformed} as t from "#documents")'
    )
    connection.execute('drop table "#documents"')


def _count_lines(path: Path) -> int:
    """Lines of a file, the last one also where no line break ends it."""
    count, last = 0, b"\n"
    with path.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            count, last = count + chunk.count(b"\n"), chunk[-1:]
    return count + (last != b"\n")
