"""Shapes of tables: is a file CSV, JSON lines or Parquet, and how does each become texts.

Belongs here: recognising a shape by content, and Parquet. Does not belong here: the shapes made of lines
(`table_lines.py`), judging rows (`tabular.py`), or which fields a format has (the adapters).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion import table_lines
from ingestion.adapter import TableFile, UnreadableFile
from ingestion.engine_paths import path_sql
from ingestion.fields import quoted
from ingestion.texts import LINE, LINES, OFFSET, ORDINAL, TABLE, Place, Places, Texts, choose, identifier

_PARQUET = b"PAR1"
_HEAD = 64 * 1024
#: Parquet files with more rows must have a byte or more for each.
_MANY_ROWS = 10_000_000
_JSON_NAMES = (".ndjson", ".jsonl", ".json")


def is_table(file_name: str, head: bytes, known: frozenset[str]) -> bool:
    """Is a file that begins with `head` CSV (a header with a known name) or Parquet, not JSON lines?

    The content decides; only where it says nothing (a first line that is neither) the name is asked.
    """
    if head.startswith(_PARQUET):
        return True
    if known & {name.strip().lower() for name in table_lines.header_names(head)}:
        return True
    if _starts_json(head) or any(line.lstrip()[:1] in (b"{", b"[") for line in head.splitlines()):
        return False
    return bool(head.strip()) and not _is_named_json(file_name)


def is_parquet(path: Path) -> bool:
    """Is the file Parquet, by its first bytes?"""
    with path.open("rb") as opened:
        return opened.read(len(_PARQUET)) == _PARQUET


def load(
    connection: duckdb.DuckDBPyConnection, file: TableFile, fields: Sequence[str], key: Sequence[str]
) -> Texts:
    """Read a file's records as texts into `texts.TABLE`. `key`: names a file must have."""
    with file.path.open("rb") as opened:
        head = opened.read(_HEAD)
    if head.startswith(_PARQUET):
        return _load_parquet(connection, file, fields, key)
    if _starts_json(head) or (_is_named_json(file.name) and not _has_key(head, key)):
        return table_lines.load_json(connection, file, fields, key)
    return table_lines.load_csv(connection, file, fields, key)


def _starts_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _is_named_json(file_name: str) -> bool:
    return any(name in file_name.lower() for name in _JSON_NAMES)


def _has_key(head: bytes, key: Sequence[str]) -> bool:
    names = {name.strip().lower() for name in table_lines.header_names(head)}
    return all(name.lower() in names for name in key)


def _load_parquet(
    connection: duckdb.DuckDBPyConnection, file: TableFile, fields: Sequence[str], key: Sequence[str]
) -> Texts:
    _refuse_bomb(file)
    source = f"read_parquet({path_sql(file.path)}, file_row_number = true)"
    try:
        described = connection.execute(f"describe select * from {source}").fetchall()
        types = {name: str(sql_type) for name, sql_type, *_ in described if name != "file_row_number"}
        names = list(types)
        choice = choose(file.name, names, fields, key)
        columns = choice.sql(fields, lambda index: _as_text(names[index], types[names[index]]))
        connection.execute(
            f"create or replace temp table {TABLE} as select file_row_number + 1 as {ORDINAL},"
            f" file_row_number + 1 as {LINE}, 1 as {LINES}, cast(null as BIGINT) as {OFFSET}, {columns}"
            f" from {source}"
        )
    except duckdb.Error as error:
        raise UnreadableFile(
            "wrong_shape",
            f"{file.name}: not a whole Parquet file ({_without_path(error, file.path)})."
            " Deliver it whole in a new file.",
        ) from error
    return Texts(_row_places(file.path, names), warnings=choice.warnings)


def _refuse_bomb(file: TableFile) -> None:
    """Rows that are all alike take no room in the file, but as much as any where they are unpacked."""
    try:
        rows = pq.read_metadata(file.path).num_rows
    except (pa.ArrowException, OSError):
        return  # The engine says what is wrong with it.
    if rows > _MANY_ROWS and rows > file.path.stat().st_size:
        raise UnreadableFile(
            "too_large",
            f"{file.name}: {rows} rows in fewer bytes than that, as no table with a key has. Deliver its rows"
            " once each, in a new file.",
        )


def _without_path(error: duckdb.Error, path: Path) -> str:
    return str(error).splitlines()[0].replace(str(path), path.name)


def _as_text(name: str, sql_type: str) -> str:
    """SQL of a Parquet column as text, written as the same value is in CSV."""
    column = identifier(name)
    if sql_type.startswith(("STRUCT", "MAP")) or sql_type.endswith("]"):
        return f"cast(to_json({column}) as VARCHAR)"
    if sql_type in ("DOUBLE", "FLOAT"):
        # A frame with an empty cell holds whole numbers as floats, and the empty cell as NaN.
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


def _row_places(path: Path, names: Sequence[str]) -> Places:
    cells = ", ".join(f"{quoted(name)}: {identifier(name)}" for name in names)

    def places(connection: duckdb.DuckDBPyConnection, ordinals: Sequence[int]) -> list[Place]:
        if not ordinals:
            return []
        rows = connection.execute(
            f"select file_row_number + 1, cast(to_json({{{cells}}}) as VARCHAR)"
            f" from read_parquet({path_sql(path)}, file_row_number = true)"
            " where file_row_number + 1 in (select unnest(?)) order by 1",
            [list(ordinals)],
        ).fetchall()
        return [Place(row, None, raw) for row, raw in rows]

    return places
