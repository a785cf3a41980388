"""Judges the rows of the table of texts in SQL: which are quarantined and why, which values become null."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from ingestion.files.tables.table import FILE, LINE, LINES, OFFSET, TABLE, Table, TableFile
from ingestion.sql import arrow_table, identifier, registered

_DAY = 'r."#day"'
#: Temporary table of the judged rows: the relation's columns; and per row the number of lines it takes, the
#: number of its verdict, the name it is ignored under, and a flag per optional field whose value became null.
JUDGED = '"#judged"'
_VERDICT = '"#verdict"'
IGNORED_AS = '"#ignored_as"'
#: SQL over `JUDGED`: true if the row is landed; true if it is quarantined.
IS_READABLE = f"({IGNORED_AS} is null and {_VERDICT} is null)"
_IS_REFUSED = f"({IGNORED_AS} is null and {_VERDICT} is not null)"
_FILES = "files_to_judge"
#: Temporary table of the file and line of rows that look like a report's footer.
_FOOTERS = '"#footers"'
#: SQL over `key`: true if it looks like an id.
_IS_NUMBER = r"regexp_full_match(key, '\d+')"
_IS_GUID = r"regexp_full_match(lower(key), '[({]?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}[})]?')"
_HAS_DIGIT = r"regexp_matches(key, '\d')"
_HAS_BLANK = r"regexp_matches(trim(key), '\s')"

_EARLIEST = "TIMESTAMPTZ '1990-01-01 00:00:00+00'"
_DAYS_AHEAD = 2


@dataclass
class Judged:
    """How the rows of one file were judged.

    nulled: optional field -> number of readable rows whose value became null, and number that had a value.
    ignored: as `ignored.ignored_name` joins type and reason, or the type alone -> rows.
    refused: first line, number of lines, reason code and message of each quarantined row, by line.
    """

    readable: int = 0
    nulled: dict[str, tuple[int, int]] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[int, int, str, str]] = field(default_factory=list)


def judge(
    connection: duckdb.DuckDBPyConnection, table: Table, feed: str, files: list[TableFile]
) -> dict[int, Judged]:
    """Judge every row of the table of texts and write it to `JUDGED`; return each file's result by its id.

    feed: SQL for the feed's name.
    """
    if table.add_functions is not None:
        table.add_functions(connection)
    _find_footers(connection, table)
    verdicts = _verdicts(table)
    cases = " ".join(f"when {condition} then {number}" for number, (condition, *_) in enumerate(verdicts))
    nulled = "".join(
        f", coalesce({condition}, false) as {_nulled(number)}"
        for number, condition in enumerate(table.nulled.values())
    )
    columns = {"file_id": "BIGINT", "arrival_date": "DATE", "record_type": "VARCHAR"}
    delivered = arrow_table(columns, [(one.file_id, one.arrival_date, one.record_type) for one in files])
    with registered(connection, _FILES, delivered):
        connection.execute(
            f"create or replace temp table {JUDGED} as select {_values(table, feed)}, r.{LINES} as {LINES},"
            f" {f'cast(case {cases} end as INTEGER)' if cases else 'null'} as {_VERDICT},"
            f" ({table.ignored_as}) as {IGNORED_AS}{nulled} from (select texts.*,"
            f' files.arrival_date as "#day", files.record_type as "#type" from {TABLE} as texts'
            f" join {_FILES} as files on texts.{FILE} = files.file_id) as r"
        )
    return _counted(connection, table, verdicts, files)


def _may_have_footers(table: Table) -> bool:
    """Whether files may end in a report's footer: only if rows have one key column and other columns."""
    return table.has_one_row_per_key and len(table.key) == 1 and len(table.texts) > 1


def _find_footers(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Find footers of reports: rows with a value in the key column only, in a form that no full row's key
    has.
    """
    if not _may_have_footers(table):
        return
    key = identifier(table.key[0])
    others = [identifier(name) for name in table.texts if name.lower() != table.key[0].lower()]
    rest = ", ".join(f"nullif(trim({name}), '')" for name in others)
    connection.execute(
        f"""
        create or replace temp table {_FOOTERS} as
        with bare as (
            select {FILE} as file_id, {LINE} as line, {key} as key
            from {TABLE} where coalesce({rest}) is null and trim({key}) <> ''
        ),
        ids as (
            select {FILE} as file_id, {key} as key
            from {TABLE}
            where {FILE} in (select file_id from bare) and coalesce({rest}) is not null and trim({key}) <> ''
        ),
        forms as (
            select file_id, bool_and({_IS_NUMBER}) as are_numbers, bool_and({_IS_GUID}) as are_guids,
                bool_and({_HAS_DIGIT}) as have_digits, bool_or({_HAS_BLANK}) as have_blanks
            from ids group by file_id
        )
        select bare.file_id, bare.line
        from bare join forms on bare.file_id = forms.file_id
        where are_numbers and not {_IS_NUMBER} or are_guids and not {_IS_GUID}
            or have_digits and not {_HAS_DIGIT} or not have_blanks and {_HAS_BLANK}
        """
    )


def rows(table: Table, order: str) -> str:
    """SQL for the readable rows of `JUDGED` with exactly the relation's columns."""
    columns = ", ".join(f'"{name}"' for name in table.columns)
    return f"select {columns} from {JUDGED} where {IS_READABLE} {order}"


def _nulled(number: int) -> str:
    return f'"#nulled_{number}"'


def _is_given(table: Table, number: int, name: str) -> str:
    """SQL: true if the row had a value in the optional field.

    Always true if no raw column has the field's name.
    """
    return f'{_nulled(number)} or "{name}" is not null' if name in table.columns else "true"


def _values(table: Table, feed: str) -> str:
    trace = {
        "feed": feed,
        "arrival_date": _DAY,
        "snapshot_date": _DAY,
        "file_id": f"r.{FILE}",
        "line_number": f"r.{LINE}",
        "byte_offset": f"r.{OFFSET}",
        "item_index": "0",
        "row_index": "0",
    }
    values = {**trace, **table.values}
    return ", ".join(
        f'cast({values.get(name, "null")} as {sql_type}) as "{name}"'
        for name, sql_type in table.columns.items()
    )


def _verdicts(table: Table) -> list[tuple[str, str, str]]:
    """Return checks in order: SQL that is true for a bad row, reason code, message.

    The first true one counts.
    """
    verdicts: list[tuple[str, str, str]] = []
    if _may_have_footers(table):
        words = (
            f"looks like a report's footer: all but `{table.key[0]}` is empty,"
            " and that is no id of the form that the others have"
        )
        verdicts.append(
            (f"(r.{FILE}, r.{LINE}) in (select (file_id, line) from {_FOOTERS})", "wrong_shape", words)
        )
    for name, sql in table.required.items():
        verdicts.append((f"{sql} is null", "missing_field", f"`{name}` is required and is empty"))
    for name, sql in table.known_values.items():
        verdicts.append((f"({sql}) is not true", "unknown_value", f"`{name}` is none of the values we know"))
    for name, sql in table.instants.items():
        verdicts.append((f"{sql} is null", "bad_timestamp", f"`{name}` is no timestamp"))
        day_after = f"cast({_DAY} as TIMESTAMP) + INTERVAL {_DAYS_AHEAD + 1} DAY"
        latest = f"timezone('UTC', {day_after})"
        far = f"`{name}` is before 1990 or more than {_DAYS_AHEAD} days after the file arrived"
        verdicts.append((f"{sql} < {_EARLIEST} or {sql} >= {latest}", "out_of_range", far))
    if table.has_coordinates:
        for name, limit in (("latitude", 90), ("longitude", 180)):
            off = f"coalesce(abs({table.values[name]}) > {limit}, false)"
            verdicts.append((off, "out_of_range", f"`{name}` is off the globe"))
    return verdicts


def _counted(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    verdicts: list[tuple[str, str, str]],
    files: list[TableFile],
) -> dict[int, Judged]:
    found = {file.file_id: Judged() for file in files}
    lost = "".join(
        f", count(*) filter ({_nulled(number)}), count(*) filter ({_is_given(table, number, name)})"
        for number, name in enumerate(table.nulled)
    )
    for file_id, readable, *counts in connection.execute(
        f"select file_id, count(*){lost} from {JUDGED} where {IS_READABLE} group by 1"
    ).fetchall():
        found[file_id].readable = readable
        found[file_id].nulled = {
            name: (lost_of_it, given)
            for name, lost_of_it, given in zip(table.nulled, counts[::2], counts[1::2], strict=True)
            if given
        }
    for file_id, name, records in connection.execute(
        f"select file_id, {IGNORED_AS}, count(*) from {JUDGED} where {IGNORED_AS} is not null"
        " group by 1, 2 order by 1, 2"
    ).fetchall():
        found[file_id].ignored[name] = records
    for file_id, line, lines, verdict in connection.execute(
        f"select file_id, line_number, {LINES}, {_VERDICT} from {JUDGED} where {_IS_REFUSED} order by 1, 2"
    ).fetchall():
        found[file_id].refused.append((line, lines, *verdicts[verdict][1:]))
    return found
