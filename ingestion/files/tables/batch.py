"""Reads a batch of table files of one relation: loads their texts, judges all rows at once, reports on
each file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from ingestion.errors import UnreadableFile
from ingestion.files.tables import csv_files, encodings, formats
from ingestion.files.tables import rows as tabular
from ingestion.files.tables.rows import Judged
from ingestion.files.tables.table import FILE, LINE, TABLE, BadRecord, Place, Places, Table, TableFile
from ingestion.files.tables.text_table import Loaded, Outcomes, make_table
from ingestion.sql import arrow_table, identifier, quoted, registered

_PLACES = "places_in_files"
_PLACE = {"file_id": "BIGINT", "line": "BIGINT"}


@dataclass(frozen=True)
class TableReading:
    """What was read of one file. Its counts add up: records = readable + ignored + len(bad).

    ignored, nulled: as in `rows.Judged`.
    warnings: sentences for the report (an unknown column that is kept out, …).
    lines: if the file has `only_lines`, those of them on which a record was found.
    """

    readable: int
    bad: tuple[BadRecord, ...] = ()
    ignored: Mapping[str, int] = field(default_factory=dict)
    nulled: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    lines: frozenset[int] = frozenset()


class TableBatch:
    """Files of one relation that are read the same way.

    `spill`: folder for copies, which only `read` needs.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: Table, feed: str, spill: Path) -> None:
        self._connection = connection
        self._table = table
        self._feed = quoted(feed)
        self._spill = spill
        self.has_rows = False

    def read(self, files: Sequence[TableFile]) -> dict[int, TableReading | UnreadableFile]:
        """Read all of the files; return each file's result by its id. Afterwards `rows` returns the rows."""
        make_table(self._connection, self._table.texts)
        outcomes = formats.load(self._connection, files, self._table, self._spill)
        loaded = [file for file in files if isinstance(outcomes[file.file_id], Loaded)]
        self._leave_out_what_was_read(loaded, outcomes)
        lines = self._keep_only_lines([file for file in loaded if file.only_lines is not None], outcomes)
        repeated = self._repeated() if self._table.has_one_row_per_key else {}
        judged = tabular.judge(self._connection, self._table, self._feed, loaded)
        self._connection.execute(f"drop table {TABLE}")
        self.has_rows = any(one.readable for one in judged.values())
        refused = _refused_records(outcomes, judged)
        found: dict[int, TableReading | UnreadableFile] = {}
        for file in files:
            outcome = outcomes[file.file_id]
            if isinstance(outcome, UnreadableFile):
                found[file.file_id] = outcome
                continue
            of_file = judged[file.file_id]
            bad = [*outcome.bad, *refused[file.file_id]]
            if file.copy_of is not None and bad:
                # Byte offsets were counted in the UTF-8 copy: translate them to offsets in the delivered
                # file.
                offsets = encodings.delivered_offsets(file, {one.line for one in bad if one.line})
                bad = [replace(one, byte_offset=offsets[one.line or 1]) for one in bad]
            found[file.file_id] = TableReading(
                readable=of_file.readable,
                bad=tuple(bad),
                ignored=of_file.ignored,
                nulled=of_file.nulled,
                warnings=(*outcome.warnings, *repeated.get(file.file_id, ())),
                lines=lines.get(file.file_id, frozenset()),
            )
        return found

    def rows(self, *, is_ordered: bool) -> duckdb.DuckDBPyRelation:
        """Return the readable rows with exactly the relation's columns. is_ordered: sort them by day, file,
        line.
        """
        day = "arrival_date" if "arrival_date" in self._table.columns else "snapshot_date"
        order = f"order by {day}, file_id, line_number" if is_ordered else ""
        return self._connection.sql(tabular.rows(self._table, order))

    def forget(self) -> None:
        """Drop the temporary table with the rows."""
        self._connection.execute(f"drop table {tabular.JUDGED}")

    def _leave_out_what_was_read(self, files: Sequence[TableFile], outcomes: Outcomes) -> None:
        first = {file.file_id: csv_files.first_new_line(file) for file in files if file.read_before}
        if not first:
            return
        with registered(self._connection, _PLACES, arrow_table(_PLACE, first.items())):
            self._connection.execute(
                f"delete from {TABLE} as texts using {_PLACES} as places"
                f" where texts.{FILE} = places.file_id and texts.{LINE} < places.line"
            )
        for file_id, line in first.items():
            bad = _loaded(outcomes, file_id).bad
            _keep_bad(outcomes, file_id, [one for one in bad if one.line is None or one.line >= line])

    def _keep_only_lines(self, files: Sequence[TableFile], outcomes: Outcomes) -> dict[int, frozenset[int]]:
        """Keep only records that start on a file's `only_lines`.

        Return file id -> lines on which one was found.
        """
        if not files:
            return {}
        asked = {file.file_id: file.only_lines or frozenset() for file in files}
        pairs = [(file_id, line) for file_id, lines in asked.items() for line in lines]
        is_asked = f"places.file_id = texts.{FILE} and places.line = texts.{LINE}"
        with registered(self._connection, _PLACES, arrow_table(_PLACE, pairs)):
            self._connection.execute(
                f"delete from {TABLE} as texts where {FILE} in (select unnest(?::BIGINT[]))"
                f" and not exists (from {_PLACES} as places where {is_asked})",
                [list(asked)],
            )
        found: dict[int, set[int]] = {file_id: set() for file_id in asked}
        for file_id, line in self._connection.execute(
            f"select {FILE}, {LINE} from {TABLE} where {FILE} in (select unnest(?::BIGINT[]))", [list(asked)]
        ).fetchall():
            found[file_id].add(line)
        for file_id, lines in asked.items():
            bad = [one for one in _loaded(outcomes, file_id).bad if one.line in lines]
            _keep_bad(outcomes, file_id, bad)
            found[file_id].update(one.line for one in bad if one.line)
        return {file_id: frozenset(lines) for file_id, lines in found.items()}

    def _repeated(self) -> dict[int, tuple[str, ...]]:
        """Return a warning for each file in which a key occurs more than once."""
        values = [f"trim({identifier(name)})" for name in self._table.key]
        given = " and ".join(f"{value} <> ''" for value in values)
        found = self._connection.execute(
            f"select {FILE}, count(*), min(key) from"
            f" (select {FILE}, concat_ws(', ', {', '.join(values)}) as key from {TABLE} where {given}"
            f" group by {FILE}, {', '.join(values)} having count(*) > 1) group by 1"
        ).fetchall()
        return {
            file_id: (
                f"{count} keys stand in it more than once (such as `{first[:80]}`): the last row of each"
                " counts; deliver a snapshot with one row per key.",
            )
            for file_id, count, first in found
        }


def _loaded(outcomes: Outcomes, file_id: int) -> Loaded:
    loaded = outcomes[file_id]
    assert isinstance(loaded, Loaded)
    return loaded


def _keep_bad(outcomes: Outcomes, file_id: int, bad: Iterable[BadRecord]) -> None:
    outcomes[file_id] = replace(_loaded(outcomes, file_id), bad=tuple(bad))


def _refused_records(outcomes: Outcomes, judged: Mapping[int, Judged]) -> dict[int, list[BadRecord]]:
    """Return the rows of each file that were judged bad, with their text as it is in the file."""
    asked: dict[Places, dict[int, list[tuple[int, int]]]] = defaultdict(dict)
    for file_id, of_file in judged.items():
        if of_file.refused:
            extents = [(line, lines) for line, lines, _, _ in of_file.refused]
            asked[_loaded(outcomes, file_id).places][file_id] = extents
    found: dict[int, list[BadRecord]] = defaultdict(list)
    for places, of_files in asked.items():
        for file_id, told in places(of_files).items():
            found[file_id] = [
                _refused(place, reason_code, words)
                for place, (_, _, reason_code, words) in zip(told, judged[file_id].refused, strict=True)
            ]
    return found


def _refused(place: Place, reason_code: str, words: str) -> BadRecord:
    """Return a quarantine record for a row that was judged bad, with its text as it is in the file."""
    return BadRecord(
        reason_code,
        f"line {place.line}: {words}; correct it and deliver it in a new file",
        place.raw_text,
        line=place.line,
        byte_offset=place.byte_offset,
    )
