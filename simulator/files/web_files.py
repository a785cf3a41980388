"""Writes the files of web feeds; the native and exported hits go to the files of other feeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from simulator.events.web.hit_log import EXPORT, NATIVE, WEB_FEEDS
from simulator.files.books import Books
from simulator.files.export.rows import Row, hit_row
from simulator.files.feed_files import FeedWriter
from simulator.files.records.native import native_hit
from simulator.files.records.record import Body, Record
from simulator.files.records.web_records import HitSource
from simulator.world.model import DAY, World


def native_hits(source: HitSource) -> list[tuple[int, Body]]:
    """Return arrival and body of the hits in the native format."""
    mine = np.flatnonzero(source.hits["feed"] == NATIVE)
    arrives = source.hits["arrives"].iloc[mine].tolist()
    return [(at, native_hit(hit)) for at, hit in zip(arrives, source.select(mine), strict=True)]


def exported_hits(source: HitSource) -> Iterator[Row]:
    """Yield the rows of the hits in the interaction export."""
    # A form visit in the export implies the visit of its page.
    mine = np.flatnonzero((source.hits["feed"] == EXPORT) & (source.hits["kind"] != "page_visited"))
    for hit, arrives in zip(source.select(mine), source.hits["arrives"].iloc[mine].tolist(), strict=True):
        yield hit_row(hit, arrives)


def write_hits(landing: Path, world: World, source: HitSource, faults: frozenset[str], books: Books) -> None:
    """Write the files of trackers and web servers, day by day."""
    day_of = (source.hits["arrives"].to_numpy() - world.begin) // DAY
    for number, feed in enumerate(WEB_FEEDS):
        if number in (NATIVE, EXPORT):
            continue
        kind = _LogWriter if feed == "access_log" else FeedWriter
        writer = kind(landing, world, feed, faults, books)
        mine = np.flatnonzero(source.hits["feed"] == number)
        bounds = np.searchsorted(day_of[mine], np.arange(world.days + 1))
        for day in range(world.days):
            writer.day(day, source, mine[bounds[day] : bounds[day + 1]])


class _LogWriter(FeedWriter):
    """Server logs: a file per server, because equal lines all count and must not be spread over files."""

    def batches(self, records: list[Record]) -> list[list[Record]]:
        """Return the records of website servers and those of the redirect server."""
        redirecting = [record for record in records if _is_of_redirects(record)]
        others = [record for record in records if not _is_of_redirects(record)]
        return [batch for batch in (others, redirecting) if batch]

    def with_copies(self, day: int, records: list[Record]) -> list[Record]:
        """Return the day's records with copies only from earlier days: a repeated line within one file
        would be another request."""
        if "duplicates" not in self.faults:
            return records
        luck = self.fault_rng.random(len(records))
        for record, drawn in zip(records, luck.tolist(), strict=True):
            later = day + 1 + int(drawn * 1e6) % 4
            if record.kind == "event" and drawn < 0.05 and later < self.world.days:
                self.again[later].append(Record(record.body, "copy"))
        return [*records, *self.again.pop(day, [])]


def _is_of_redirects(record: Record) -> bool:
    return isinstance(record.body, dict) and str(record.body["host"]).startswith("go.")
