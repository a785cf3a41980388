"""Decides by content whether a table is CSV, JSON lines or Parquet, loads it with that reader, and reads
Parquet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.errors import UnreadableFile
from ingestion.files.tables import csv_files, json_lines
from ingestion.files.tables.table import TABLE, Extents, Place, Places, Table, TableFile
from ingestion.files.tables.text_table import Loaded, Outcomes, choose
from ingestion.sql import arrow_table, identifier, path_sql, quoted, registered

_PARQUET = b"PAR1"
_HEAD = 64 * 1024
#: A Parquet file with more rows than this is refused as a decompression bomb if it has fewer bytes than rows.
_MANY_ROWS = 10_000_000
_FILES = "files_to_read"
_PATH_NAME = "#path"
_PATH = '"#path"'
_OWN = ("file_row_number", _PATH_NAME)
Load = Callable[[duckdb.DuckDBPyConnection, Sequence[TableFile], Table, Path], Outcomes]
_JSON_NAMES = (".ndjson", ".jsonl", ".json")


def is_table(file_name: str, head: bytes, known: frozenset[str]) -> bool:
    """Whether a file that begins with `head` is CSV (a header with a known name) or Parquet, not JSON lines.

    The content decides; the file's name decides only if the first line is neither JSON nor a known header.
    """
    if head.startswith(_PARQUET):
        return True
    if known & {name.strip().lower() for name in csv_files.header_names(head)}:
        return True
    if _starts_json(head) or any(line.lstrip()[:1] in (b"{", b"[") for line in head.splitlines()):
        return False
    return bool(head.strip()) and not _is_named_json(file_name)


def load(
    connection: duckdb.DuckDBPyConnection, files: Iterable[TableFile], table: Table, spill: Path
) -> Outcomes:
    """Read the records of files as texts into the table of texts; return each file's result by its id."""
    outcomes: Outcomes = {}
    by_shape: dict[Load, list[TableFile]] = defaultdict(list)
    for file in files:
        by_shape[_shape(file, table.key)].append(file)
    for load_all, alike in by_shape.items():
        outcomes |= load_all(connection, alike, table, spill)
    return outcomes


def _shape(file: TableFile, key: Sequence[str]) -> Load:
    """Return the function that loads a file of this format."""
    head = file.head(_HEAD)
    if head.startswith(_PARQUET):
        return _load_parquet
    if _starts_json(head) or (_is_named_json(file.name) and not _has_key(head, key)):
        return json_lines.load_json
    return csv_files.load_csv


def _starts_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _is_named_json(file_name: str) -> bool:
    return any(name in file_name.lower() for name in _JSON_NAMES)


def _has_key(head: bytes, key: Sequence[str]) -> bool:
    names = {name.strip().lower() for name in csv_files.header_names(head)}
    return all(name.lower() in names for name in key)


def _load_parquet(
    connection: duckdb.DuckDBPyConnection, files: Iterable[TableFile], table: Table, spill: Path
) -> Outcomes:
    outcomes: Outcomes = {}
    groups: dict[str, list[TableFile]] = defaultdict(list)
    for file in files:
        try:
            groups[_schema(file)].append(file)
        except UnreadableFile as problem:
            outcomes[file.file_id] = problem
    for group in groups.values():
        _load_alike(connection, group, table, outcomes)
    return outcomes


def _load_alike(
    connection: duckdb.DuckDBPyConnection, files: Sequence[TableFile], table: Table, outcomes: Outcomes
) -> None:
    """Load Parquet files with one schema.

    If that fails, load each half by itself: only one file may be damaged.
    """
    try:
        _read_alike(connection, files, table, outcomes)
    except duckdb.Error as error:
        if len(files) > 1:
            middle = len(files) // 2
            _load_alike(connection, files[:middle], table, outcomes)
            _load_alike(connection, files[middle:], table, outcomes)
            return
        outcomes[files[0].file_id] = UnreadableFile(
            "wrong_shape",
            f"{files[0].name}: not a whole Parquet file ({_without_path(error, files[0].path)})."
            " Deliver it whole in a new file.",
        )


def _read_alike(
    connection: duckdb.DuckDBPyConnection, files: Sequence[TableFile], table: Table, outcomes: Outcomes
) -> None:
    source = _reader(file.path for file in files)
    described = connection.execute(f"describe select * from {source}").fetchall()
    types = {name: str(sql_type) for name, sql_type, *_ in described if name not in _OWN}
    names = list(types)
    places = _row_places(connection, {file.file_id: file.path for file in files}, names)
    for file in files:
        try:
            choice = choose(file.name, names, table)
        except UnreadableFile as problem:  # the schema is the same for each of them
            outcomes[file.file_id] = problem
        else:
            outcomes[file.file_id] = Loaded(places, choice.warnings)
    if isinstance(outcomes[files[0].file_id], UnreadableFile):
        return
    columns = choice.sql(table.texts, lambda index: _as_text(names[index], types[names[index]]))
    paths = [(file.file_id, str(file.path)) for file in files]
    with registered(connection, _FILES, arrow_table({"file_id": "BIGINT", "path": "VARCHAR"}, paths)):
        connection.execute(
            f"insert into {TABLE} select files.file_id, rows.file_row_number + 1, 1, null, {columns}"
            f" from {source} as rows join {_FILES} as files on rows.{_PATH} = files.path"
        )


def _schema(file: TableFile) -> str:
    """Return the schema as text: it is equal for Parquet files with the same column names and types.

    Raises `UnreadableFile` for a file of very many equal rows: they take no room in the file, but as much
    memory as any other rows once they are unpacked.
    """
    try:
        metadata = pq.read_metadata(file.path)
    except (pa.ArrowException, OSError):
        return f"damaged {file.file_id}"  # DuckDB's reader reports what is wrong with the file.
    rows = metadata.num_rows
    if rows > _MANY_ROWS and rows > file.path.stat().st_size:
        raise UnreadableFile(
            "too_large",
            f"{file.name}: {rows} rows in fewer bytes than that, as no table with a key has. Deliver its rows"
            " once each, in a new file.",
        )
    # Leave out the first line: it has the object's address in memory.
    return str(metadata.schema).partition("\n")[2]


def _without_path(error: duckdb.Error, path: Path) -> str:
    return str(error).splitlines()[0].replace(str(path), path.name)


def _as_text(name: str, sql_type: str) -> str:
    """SQL for a Parquet column as text, in the form that the same value has in CSV."""
    column = f"rows.{identifier(name)}"
    if sql_type.startswith(("STRUCT", "MAP")) or sql_type.endswith("]"):
        return f"cast(to_json({column}) as VARCHAR)"
    if sql_type in ("DOUBLE", "FLOAT"):
        # A data frame with an empty cell stores whole numbers as floats and the empty cell as NaN.
        whole = f"{column} = trunc({column}) and abs({column}) < 9e15"
        return (
            f"case when isnan({column}) then null when {whole} then cast(cast({column} as BIGINT) as VARCHAR)"
            f" else cast({column} as VARCHAR) end"
        )
    if sql_type == "TIMESTAMP_NS":
        return f"cast(cast({column} as TIMESTAMP) as VARCHAR)"
    if sql_type == "TIMESTAMP WITH TIME ZONE":
        return f"strftime(timezone('UTC', {column}), '%Y-%m-%dT%H:%M:%S.%fZ')"
    if sql_type == "BLOB":
        return f"try(decode({column}))"
    return f"cast({column} as VARCHAR)"


def _row_places(
    connection: duckdb.DuckDBPyConnection, paths: Mapping[int, Path], names: Sequence[str]
) -> Places:
    """Return a function that finds rows of Parquet files with equal columns, to quote refused rows whole."""
    cells = ", ".join(f"{quoted(name)}: rows.{identifier(name)}" for name in names)

    def places(extents: Extents) -> dict[int, list[Place]]:
        asked = [(file_id, str(paths[file_id]), row) for file_id, rows in extents.items() for row, _ in rows]
        columns = {"file_id": "BIGINT", "path": "VARCHAR", "number": "BIGINT"}
        with registered(connection, _FILES, arrow_table(columns, asked)):
            rows = connection.execute(
                f"select files.file_id, files.number, cast(to_json({{{cells}}}) as VARCHAR)"
                f" from {_reader(paths[file_id] for file_id in extents)} as rows join {_FILES} as files"
                f" on rows.{_PATH} = files.path and rows.file_row_number + 1 = files.number order by 1, 2"
            ).fetchall()
        found: dict[int, list[Place]] = {file_id: [] for file_id in extents}
        for file_id, row, raw in rows:
            found[file_id].append(Place(row, None, raw))
        return found

    return places


def _reader(paths: Iterable[Path]) -> str:
    """SQL for the rows of Parquet files, each with the path of its file and its row number there."""
    listed = ", ".join(map(path_sql, paths))
    return (
        f"read_parquet([{listed}], file_row_number = true, filename = {quoted(_PATH_NAME)},"
        " hive_partitioning = false)"
    )
