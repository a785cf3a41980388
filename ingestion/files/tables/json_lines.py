"""Reads tables of JSON lines, one object per line, into the table of texts; other lines are quarantined."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from ingestion.errors import UnreadableFile
from ingestion.files.tables import broken_lines
from ingestion.files.tables.table import FILE, LINE, OFFSET, TABLE, BadRecord, Table, TableFile, line_places
from ingestion.files.tables.text_table import Choice, Loaded, Outcomes, choose
from ingestion.sql import arrow_table, identifier, quoted, registered

#: Bytes of lines per batch that DuckDB reads.
_BATCH_BYTES = 32 * 2**20
_DOCUMENTS = '"#documents"'
_LINES = "lines_to_read"
_COLUMNS = {"file_id": "BIGINT", "line": "BIGINT", "byte_offset": "BIGINT", "raw": "VARCHAR"}


def load_json(
    connection: duckdb.DuckDBPyConnection, files: Sequence[TableFile], table: Table, spill: Path
) -> Outcomes:
    """Read JSON lines, one object per line, into the table of texts."""
    connection.execute(
        f"create or replace temp table {_DOCUMENTS} ({FILE} BIGINT, {LINE} BIGINT, {OFFSET} BIGINT,"
        " raw VARCHAR, doc JSON)"
    )
    bad: dict[int, list[BadRecord]] = {file.file_id: [] for file in files}
    for lines in _in_batches(files, bad):
        with registered(connection, _LINES, arrow_table(_COLUMNS, lines)):
            connection.execute(f"insert into {_DOCUMENTS} select *, try_cast(raw as JSON) from {_LINES}")
    _take_refused(connection, bad)
    outcomes: Outcomes = {}
    spellings: list[tuple[dict[str, str], list[int]]] = []
    for file, names in _spelled(connection, files):
        try:
            choice = Choice({}, ()) if names is None else choose(file.name, names, table)
        except UnreadableFile as problem:
            outcomes[file.file_id] = problem
            continue
        outcomes[file.file_id] = Loaded(line_places(file), choice.warnings, tuple(bad[file.file_id]))
        spelled = {name: (names or [])[index] for name, index in choice.found.items()}
        _join(spellings, spelled, file.file_id)
    for spelled, file_ids in spellings:
        _transform_documents(connection, spelled, file_ids, table.texts)
    connection.execute(f"drop table {_DOCUMENTS}")
    return outcomes


def _in_batches(
    files: Sequence[TableFile], bad: dict[int, list[BadRecord]]
) -> Iterator[list[tuple[int, int, int, bytes]]]:
    """Yield batches of the lines that are text (file id, number, offset, bytes).

    Add the other lines to `bad`.
    """
    batch: list[tuple[int, int, int, bytes]] = []
    size = 0
    for file in files:
        with file.open() as opened:
            for line in broken_lines.text_lines(opened):
                if isinstance(line, BadRecord):
                    bad[file.file_id].append(line)
                    continue
                batch.append((file.file_id, line.number, line.offset, line.raw))
                size += len(line.raw)
                if size >= _BATCH_BYTES:
                    yield batch
                    batch, size = [], 0
    if batch:
        yield batch


def _take_refused(connection: duckdb.DuckDBPyConnection, bad: dict[int, list[BadRecord]]) -> None:
    """Move the lines that are not one JSON object from the temporary table of documents to `bad`."""
    is_refused = "doc is null or json_type(doc) <> 'OBJECT'"
    refused = connection.execute(
        f"select {FILE}, {LINE}, {OFFSET}, raw, doc is null from {_DOCUMENTS}"
        f" where {is_refused} order by 1, 2"
    ).fetchall()
    connection.execute(f"delete from {_DOCUMENTS} where {is_refused}")
    for file_id, line, offset, raw, is_text in refused:
        bad[file_id].append(
            BadRecord(
                "not_json" if is_text else "wrong_shape",
                f"line {line}: not {'JSON' if is_text else 'one JSON object'};"
                " correct it and deliver it in a new file",
                raw,
                line=line,
                byte_offset=offset,
            )
        )


def _spelled(
    connection: duckdb.DuckDBPyConnection, files: Sequence[TableFile]
) -> Iterator[tuple[TableFile, list[str] | None]]:
    """Yield each file with the names of its objects' fields; None if it has no object."""
    found = dict(
        connection.execute(
            f"select {FILE}, list(distinct name order by name) filter (name is not null) from (select"
            f" {FILE}, unnest(list_append(json_keys(doc), null)) as name from {_DOCUMENTS}) group by 1"
        ).fetchall()
    )
    return ((file, found[file.file_id] or [] if file.file_id in found else None) for file in files)


def _join(
    spellings: list[tuple[dict[str, str], list[int]]], spelled: Mapping[str, str], file_id: int
) -> None:
    """Add a file to a group whose spellings of field names do not contradict its own.

    Missing names read as null.
    """
    for known, file_ids in spellings:
        if all(known.get(name, spelling) == spelling for name, spelling in spelled.items()):
            known.update(spelled)
            file_ids.append(file_id)
            return
    spellings.append((dict(spelled), [file_id]))


def _transform_documents(
    connection: duckdb.DuckDBPyConnection,
    spelled: Mapping[str, str],
    file_ids: Sequence[int],
    fields: Sequence[str],
) -> None:
    structure = json.dumps(dict.fromkeys(sorted(set(spelled.values())), "VARCHAR"), ensure_ascii=False)
    cells = ", ".join(f"t.{identifier(spelled[name])}" if name in spelled else "null" for name in fields)
    transformed = f"json_transform(doc, {quoted(structure)})" if spelled else "{'none': 1}"
    connection.execute(
        f"insert into {TABLE} select {FILE}, {LINE}, 1, {OFFSET}, {cells}"
        f" from (select *, {transformed} as t from {_DOCUMENTS}"
        f" where {FILE} in (select unnest(?::BIGINT[])))",
        [list(file_ids)],
    )
