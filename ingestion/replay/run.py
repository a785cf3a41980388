"""Replay: reads quarantined records again after a fix, from the landing zone or from the text kept in
quarantine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from ingestion.adapters.adapter import FolderAdapter, JsonAdapter, LineAdapter
from ingestion.adapters.registry import ADAPTERS
from ingestion.config import Config
from ingestion.erasure.anonymise import NOTE, Anonymiser
from ingestion.files.blocks import BLOCK_BYTES
from ingestion.files.compression import checksum_of
from ingestion.files.events import KeptRecord
from ingestion.files.tables.files import TableFiles
from ingestion.landing.batch import LandingReport, Progress
from ingestion.landing.discovery import Discovery, discover
from ingestion.landing.feed import Feed, FoundFile
from ingestion.landing.feed_files import event_files, land_feed
from ingestion.landing.objects.spool import Spool
from ingestion.landing.parquet_files import remove_orphans
from ingestion.ledger import KnownFile, Ledger
from ingestion.lookups.enrichment import Enrichment
from ingestion.replay.records import RECORD, ReplayReport, ReplayRun
from ingestion.replay.selection import SELECTED, QuarantinedRecords
from ingestion.sql import quoted

#: Reason codes of records whose kept text is cut or altered, so that it cannot be read as a record.
_NOT_KEPT_WHOLE = ("too_large", "not_utf8")
_KEPT_AT_ONCE = 1000


@dataclass(frozen=True)
class Scope:
    """The part of the quarantine that a replay reads again; a field that is None excludes nothing."""

    feeds: Collection[str] | None = None
    reason: str | None = None
    from_day: date | None = None
    to_day: date | None = None

    def sql(self) -> tuple[str, list[object]]:
        """Return an SQL condition over `feed`, `reason_code` and `arrival_date`, and its parameters."""
        conditions: dict[str, object] = {
            "feed in (select unnest(?))": list(self.feeds) if self.feeds is not None else None,
            "reason_code = ?": self.reason,
            "arrival_date >= ?": self.from_day,
            "arrival_date <= ?": self.to_day,
        }
        chosen = {condition: value for condition, value in conditions.items() if value is not None}
        return " and ".join(chosen) or "true", list(chosen.values())


@dataclass
class _Day:
    """The files of one feed's arrival day that are to be read again, by the way in which they can be read."""

    whole: list[FoundFile] = field(default_factory=list)
    in_part: list[FoundFile] = field(default_factory=list)
    kept: list[FoundFile] = field(default_factory=list)


def replay(
    home: Path,
    landing: Path | str,
    config: Config,
    scope: Scope,
    *,
    progress: Progress | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> ReplayReport:
    """Read the chosen part of the quarantine again; land what can be read now."""
    found = discover(landing, config, feeds=scope.feeds, from_day=scope.from_day, to_day=scope.to_day)
    with Ledger(home) as ledger:
        remove_orphans(home, ledger.connection)
        replays = ledger.connection.execute("select coalesce(max(replay_id), 0) from replays").fetchone()
        report = ReplayReport((replays[0] if replays else 0) + 1)
        anonymiser = Anonymiser.of_home(home)
        run = ReplayRun(
            home,
            ledger,
            Enrichment(ledger.connection, anonymiser.stands_for if anonymiser else None),
            LandingReport(),
            progress,
            anonymiser,
            known=ledger.known_files(),
            replay=report,
            selection=QuarantinedRecords(ledger.connection),
            parts_suffix=f"-replay{report.replay_id}",
        )
        _Replay(run, found, scope, block_bytes, Spool(home)).run_all()
        with ledger.transaction():
            run.write_history(finished_at=datetime.now(UTC))
    return report


class _Replay:
    """A replay in progress: it processes one arrival day of one feed at a time."""

    def __init__(
        self, run: ReplayRun, found: Discovery, scope: Scope, block_bytes: int, spool: Spool
    ) -> None:
        self._run = run
        self._spool = spool
        self._feeds = {feed.name: feed for feed in found.feeds}
        self._found = {file.file_id: file for file in found.files}
        self._scope = scope
        self._block_bytes = block_bytes

    def run_all(self) -> None:
        """Replay every arrival day that has something in quarantine."""
        for (name, day), files in groupby(self._files(), key=lambda file: (file.feed, file.arrival_date)):
            feed = self._feeds.get(name)
            if feed is None:
                self._warn(f"{name}/{day}", "no feed of the landing zone or touchpoint.yml has this name")
            else:
                self._replay_day(feed, list(files))
        self._run.replay.warnings += [
            *self._spool.missed.warnings_of_gone(),
            *self._spool.missed.warnings_of_refused(),
        ]

    def _files(self) -> Iterator[KnownFile]:
        """Yield the files that have something in quarantine, by feed and day."""
        condition, values = self._scope.sql()
        rows = self._fetch(
            f"""
            select distinct file_id, feed, arrival_date, file from (
                select file_id, feed, arrival_date, file, reason_code from main.quarantined_records
                union all
                select file_id, feed, arrival_date, file, reason_code from main.files where file_quarantined
            ) where {condition} order by feed, arrival_date, file
            """,
            values,
        )
        return (self._run.known[file_id] for file_id, *_ in rows)

    def _replay_day(self, feed: Feed, files: Sequence[KnownFile]) -> None:
        """Replay what of a feed's day lies in quarantine, as far as its files are at hand at a time."""
        there = [self._found[one.file_id] for one in files if one.file_id in self._found]
        absent = [one for one in files if one.file_id not in self._found]
        keeps_days = isinstance(ADAPTERS[feed.adapter], FolderAdapter)
        for batch in self._spool.at_hand(there, keeps_days=keeps_days):
            at_hand = {file.file_id: file for file in batch}
            known = [self._run.known[file_id] for file_id in at_hand]
            self._replay_files(feed, [*known, *absent], at_hand)
            absent = []

    def _replay_files(self, feed: Feed, files: Sequence[KnownFile], at_hand: dict[int, FoundFile]) -> None:
        todo = self._sorted_out(feed, files, at_hand)
        self._select([*todo.in_part, *todo.kept])
        if todo.whole:
            land_feed(self._run, feed, todo.whole, self._block_bytes)
        if todo.in_part:
            self._read_in_part(feed, todo.in_part)
        if todo.kept:
            self._read_kept(feed, todo.kept)

    def _sorted_out(self, feed: Feed, files: Sequence[KnownFile], at_hand: dict[int, FoundFile]) -> _Day:
        todo = _Day()
        for known in files:
            file = at_hand.get(known.file_id)
            if known.file_quarantined:
                self._run.replay.files_tried += 1
                if file is None:
                    self._warn(_path(known), "it is no longer in the landing zone; restore it")
                else:
                    todo.whole.append(file)
            elif file is not None and _is_same(file, known):
                todo.in_part.append(file)
            else:
                todo.kept.append(_as_known(known, feed))
        return todo

    # ---- what is selected -----------------------------------------------------------------------------

    def _select(self, files: Sequence[FoundFile]) -> None:
        """Select the quarantined records in scope of these files, which are of one feed and arrival day."""
        condition, values = self._scope.sql()
        ids = [file.file_id for file in files]
        is_stretch = f"item_index is null and reason_code = 'not_json' and raw_text <> {quoted(NOTE)}"
        self._run.selection.begin(
            f"""
            select row_number() over () as record, {", ".join(RECORD)}, byte_offset as first_byte,
                byte_offset + case when {is_stretch} then greatest(strlen(raw_text), 1) - 1 else 0 end
                    as last_byte
            from main.quarantined_records
            where file_id in (select unnest(?::bigint[])) and {condition}
            """,
            [ids, *values],
        )
        counted = self._fetch(f"select count(*) from {SELECTED}")[0][0]
        self._run.replay.records_tried += counted
        self._run.replay.records_still_bad += counted

    # ---- reading again --------------------------------------------------------------------------------

    def _read_in_part(self, feed: Feed, files: list[FoundFile]) -> None:
        adapter = ADAPTERS[feed.adapter]
        if isinstance(adapter, FolderAdapter):
            # `land_feed` would read whole blobs, but only some of their lines are selected.
            TableFiles(self._run, feed, adapter).land(files)
        else:
            land_feed(self._run, feed, files, self._block_bytes)

    def _read_kept(self, feed: Feed, files: list[FoundFile]) -> None:
        """Read records of files that are gone or have changed from the texts kept in quarantine."""
        names = {file.file_id: file for file in files}
        condition, values = self._scope.sql()
        reasons = ", ".join(map(quoted, _NOT_KEPT_WHOLE))
        cursor = self._run.ledger.connection.cursor().execute(
            f"""
            select file_id, line, byte_offset, item_index, raw_text, reason_code not in ({reasons})
                and raw_text <> {quoted(NOTE)}
            from main.quarantined_records
            where file_id in (select unnest(?::bigint[])) and {condition}
            """,
            [list(names), *values],
        )
        reader = event_files(self._run, feed, self._block_bytes)
        left = Counter[int]()
        while rows := cursor.fetchmany(_KEPT_AT_ONCE):
            usable = []
            for file_id, line, offset, item, text, is_whole in rows:
                if reader is None or offset is None or not is_whole or not _stands_alone(feed, text):
                    left[file_id] += 1
                else:
                    usable.append(KeptRecord(names[file_id], line, offset, item, text))
            if reader is not None and usable:
                reader.land_kept(usable)
        for file_id, records in left.items():
            self._warn(
                _path(self._run.known[file_id]),
                f"it is no longer in the landing zone as it was read, and {records} of its records cannot be"
                " read from what was kept of them; restore it",
            )

    def _fetch(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._run.ledger.connection.execute(sql, list(values)).fetchall()

    def _warn(self, place: str, why: str) -> None:
        self._run.replay.warnings.append(f"{place}: not read again: {why}.")


def _stands_alone(feed: Feed, text: str) -> bool:
    """Whether a record can be read from its text alone: a row of a CSV table cannot, it needs the header."""
    is_table_or_json = not isinstance(ADAPTERS[feed.adapter], JsonAdapter | LineAdapter)
    return not is_table_or_json or text.lstrip()[:1] in ("{", "[")


def _is_same(file: FoundFile, known: KnownFile) -> bool:
    return known.checksum is not None and checksum_of(file.path) == known.checksum


def _as_known(known: KnownFile, feed: Feed) -> FoundFile:
    """Return a file that is gone or has changed, by its name: its content is not read."""
    return FoundFile(feed, known.arrival_date, known.file, Path(), known.size_bytes, known.modified_at)


def _path(known: KnownFile) -> str:
    return f"{known.feed}/{known.arrival_date}/{known.file}"
