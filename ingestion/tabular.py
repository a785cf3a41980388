"""Tables: the texts of files judged row by row, in SQL, and typed into a raw relation.

Belongs here: which rows are quarantined and why, what is counted as lost. Does not belong here: how CSV,
JSON lines or Parquet become texts (`table_shapes.py`), or which fields a format has (the adapters).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from ingestion import table_shapes
from ingestion.adapter import BadRecord, TableFile, TableReading
from ingestion.fields import quoted
from ingestion.texts import LINE, OFFSET, ORDINAL, Place, Texts

_EARLIEST = "TIMESTAMPTZ '1990-01-01 00:00:00+00'"
_DAYS_AHEAD = 2


@dataclass(frozen=True)
class Table:
    """What a table is read into. SQL is over `r`, a row with a text (or null) per name in `fields`.

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


@dataclass(frozen=True)
class Judgement:
    """SQL over `r` of the reason code (null: readable) and of the message of a row that is not ignored."""

    problem: str
    message: str
    ignored_as: str

    @property
    def is_readable(self) -> str:
        """SQL: is the row to be landed?"""
        return f"({self.ignored_as} is null and {self.problem} is null)"

    @property
    def is_refused(self) -> str:
        """SQL: does the row go into quarantine?"""
        return f"({self.ignored_as} is null and {self.problem} is not null)"


def read(connection: duckdb.DuckDBPyConnection, file: TableFile, table: Table) -> TableReading:
    """Read one CSV, JSON lines or Parquet file into `table`'s relation."""
    connection.execute("set variable feed_zone = ?", [file.timezone])
    texts = table_shapes.load(connection, file, table.fields, table.key)
    if file.first_line > 1:
        connection.execute(f"delete from {texts.name} where {LINE} < {file.first_line}")
    new_bad = [bad for bad in texts.bad if bad.line is None or bad.line >= file.first_line]
    lines: frozenset[int] = frozenset()
    if file.only_lines is not None:
        new_bad = [bad for bad in new_bad if bad.line in file.only_lines]
        lines = _keep(connection, texts.name, file.only_lines) | {bad.line for bad in new_bad if bad.line}
    judged = judgement(table, f"DATE '{file.arrival_date}'")
    names = list(table.nulled)
    lost = "".join(
        f", coalesce(sum(cast({condition} as INTEGER)) filter (where {judged.is_readable}), 0)"
        for condition in table.nulled.values()
    )
    kept = "".join(
        f", count({table.values.get(name, 'null')}) filter (where {judged.is_readable})" for name in names
    )
    counts = connection.execute(
        f"select count(*) filter (where {judged.is_readable}){lost}{kept} from {texts.name} as r"
    ).fetchone()
    assert counts is not None
    refused = connection.execute(
        f"select r.{ORDINAL}, {judged.problem}, {judged.message} from {texts.name} as r"
        f" where {judged.is_refused} order by 1"
    ).fetchall()
    ignored = connection.execute(
        f"select {judged.ignored_as}, count(*) from {texts.name} as r"
        f" where {judged.ignored_as} is not null group by 1 order by 1"
    ).fetchall()
    readable = int(counts[0])
    nulled = dict(zip(names, counts[1 : 1 + len(names)], strict=True))
    given = dict(zip(names, counts[1 + len(names) :], strict=True))
    trace = {
        "feed": quoted(file.feed),
        "arrival_date": f"DATE '{file.arrival_date}'",
        "file_id": str(file.file_id),
    }
    return TableReading(
        relation=table.relation,
        rows=connection.sql(landed_rows(table, trace, texts.name, judged)) if readable else None,
        readable=readable,
        bad=(*new_bad, *_named(connection, texts, refused)),
        ignored=dict(ignored),
        nulled={name: int(count) for name, count in nulled.items()},
        given={name: int(nulled[name] + given[name]) for name in names if name in table.values},
        warnings=texts.warnings,
        lines=lines,
    )


def _keep(connection: duckdb.DuckDBPyConnection, texts: str, lines: frozenset[int]) -> frozenset[int]:
    """Keep the texts of records that start on these lines; the lines where there is one."""
    connection.execute(f"delete from {texts} where {LINE} not in (select unnest(?::BIGINT[]))", [list(lines)])
    return frozenset(line for (line,) in connection.execute(f"select {LINE} from {texts}").fetchall())


def judgement(table: Table, arrival_date: str) -> Judgement:
    """How rows that arrived on a day (SQL) are judged."""
    verdicts: list[tuple[str, str, str]] = []
    for name, sql in table.required.items():
        verdicts.append((f"{sql} is null", "missing_field", f"`{name}` is required and is empty"))
    for name, sql in table.known_values.items():
        verdicts.append((f"({sql}) is not true", "unknown_value", f"`{name}` is none of the values we know"))
    for name, sql in table.instants.items():
        verdicts.append((f"{sql} is null", "bad_timestamp", f"`{name}` is no timestamp"))
        day_after = f"cast({arrival_date} as TIMESTAMP) + INTERVAL {_DAYS_AHEAD + 1} DAY"
        latest = f"timezone('UTC', {day_after})"
        far = f"`{name}` is before 1990 or more than {_DAYS_AHEAD} days after the file arrived"
        verdicts.append((f"{sql} < {_EARLIEST} or {sql} >= {latest}", "out_of_range", far))
    if table.has_coordinates:
        for name, limit in (("latitude", 90), ("longitude", 180)):
            off = f"coalesce(abs({table.values[name]}) > {limit}, false)"
            verdicts.append((off, "out_of_range", f"`{name}` is off the globe"))
    reason = " ".join(f"when {condition} then {quoted(code)}" for condition, code, _ in verdicts)
    message = " ".join(f"when {condition} then {quoted(words)}" for condition, _, words in verdicts)
    return Judgement(f"(case {reason} end)", f"(case {message} end)", f"({table.ignored_as})")


def landed_rows(table: Table, trace: Mapping[str, str], texts: str, judged: Judgement) -> str:
    """SQL of the readable rows with exactly the relation's columns.

    `trace`: SQL of `feed`, `arrival_date` and `file_id`.
    """
    places = {
        "snapshot_date": trace["arrival_date"],
        "line_number": f"r.{LINE}",
        "byte_offset": f"r.{OFFSET}",
        "item_index": "0",
        "row_index": "0",
    }
    values = {**trace, **places, **table.values}
    columns = ", ".join(
        f'cast({values.get(name, "null")} as {sql_type}) as "{name}"'
        for name, sql_type in table.columns.items()
    )
    return f"select {columns} from {texts} as r where {judged.is_readable}"


def _named(
    connection: duckdb.DuckDBPyConnection,
    texts: Texts,
    refused: list[tuple[int, str, str]],
) -> list[BadRecord]:
    """The refused rows with their place in the file and the text as it stands there."""
    places = texts.places(connection, [ordinal for ordinal, _, _ in refused])
    return [
        refused_record(place, reason, message)
        for (_, reason, message), place in zip(refused, places, strict=True)
    ]


def refused_record(place: Place, reason_code: str, message: str) -> BadRecord:
    """A row that was judged bad, with the text as it stands in its file."""
    return BadRecord(
        reason_code,
        f"line {place.line}: {message}; correct it and deliver it in a new file",
        place.raw_text,
        line=place.line,
        byte_offset=place.byte_offset,
    )
