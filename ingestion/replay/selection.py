"""Selects the records of a file to land: all of them, or in a replay those that lie in quarantine."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from ingestion.sql import registered

_PLACES = "places_to_choose_from"
#: Temporary table of the quarantined records to read again.
SELECTED = "selected_records"
#: Temporary table of the numbers of those selected records that were found in their files.
FOUND = "found_records"
_SPANS = f"""
    select file_id, first_byte, last_byte, record from {SELECTED}
    where item_index is null and first_byte is not null
"""


class Selection:
    """The selection of a landing run: every record is selected."""

    def choose(self, records: pa.Table) -> pa.Table:
        """Return the selected rows of `records`, which has `file_id`, `byte_offset` and `item_index`."""
        return records

    def lines(self, file_id: int) -> frozenset[int] | None:
        """Return the lines of a table on which selected records start.

        None if all of the table is selected.
        """
        return None

    def note_lines(self, file_id: int, lines: Collection[int]) -> None:
        """Remember on which of these lines a record was found."""


class QuarantinedRecords(Selection):
    """The selection of a replay: the quarantined records of some files; every other file is selected whole.

    A record is recognised by its place. One without an `item_index` is a stretch of its file that could not
    be divided into records: every record that now begins inside it is selected.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.files: frozenset[int] = frozenset()

    def begin(self, records_sql: str, values: Sequence[object]) -> None:
        """Select the records that a query returns, instead of those selected so far.

        records_sql, values: a query and its parameters. It returns `record` (a number), the columns of a
            quarantined record without its text, `first_byte` and `last_byte`.
        """
        self._connection.execute(f"create or replace temp table {SELECTED} as {records_sql}", values)
        self._connection.execute(f"create or replace temp table {FOUND} (record bigint)")
        files = self._connection.execute(f"select distinct file_id from {SELECTED}").fetchall()
        self.files = frozenset(file_id for (file_id,) in files)

    def forget_found(self) -> None:
        """Forget which records were found; call it once they are recorded."""
        self._connection.execute(f"delete from {FOUND}")

    def choose(self, records: pa.Table) -> pa.Table:
        """Return the selected rows of `records`, and note their quarantined records as found."""
        if not self.files or records.num_rows == 0:
            return records
        places = records.select(["file_id", "byte_offset", "item_index"])
        numbered = places.append_column("position", pa.array(np.arange(records.num_rows)))
        statement = f"""
            with exact as (
                select places.position, min(selected.record) as record
                from {_PLACES} as places
                inner join {SELECTED} as selected
                    on places.file_id = selected.file_id and places.byte_offset = selected.first_byte
                    and coalesce(places.item_index, 0) = selected.item_index
                group by places.position
            ),
            spans as ({_SPANS}),
            inside as (
                select places.position, spans.record
                from {_PLACES} as places
                asof inner join spans
                    on places.file_id = spans.file_id and places.byte_offset >= spans.first_byte
                where places.byte_offset <= spans.last_byte
            )
            select places.position, coalesce(exact.record, inside.record) as record
            from {_PLACES} as places
            left join exact on places.position = exact.position
            left join inside on places.position = inside.position
            where exact.record is not null or inside.record is not null
                or places.file_id not in (select file_id from {SELECTED})
            order by places.position
        """
        with registered(self._connection, _PLACES, numbered):
            chosen = self._connection.execute(statement).to_arrow_table()
        with registered(self._connection, "chosen", chosen):
            self._connection.execute(
                f"insert into {FOUND} select distinct record from chosen where record is not null"
            )
        return records.take(chosen.column("position"))

    def lines(self, file_id: int) -> frozenset[int] | None:
        """Return the lines of a table on which selected records start.

        None if all of the table is selected.
        """
        if file_id not in self.files:
            return None
        found = self._connection.execute(f"select line from {SELECTED} where file_id = ?", [file_id])
        return frozenset(line for (line,) in found.fetchall() if line is not None)

    def note_lines(self, file_id: int, lines: Collection[int]) -> None:
        """Note the selected records on these lines as found."""
        if file_id in self.files and lines:
            self._connection.execute(
                f"""insert into {FOUND} select record from {SELECTED}
                where file_id = ? and line in (select unnest(?::bigint[]))""",
                [file_id, list(lines)],
            )
