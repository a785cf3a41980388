"""Writes the files of a feed: which records stand in which file of which arrival day, and the faults of
delivery."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.files.books import Books, compressed
from simulator.files.emitters.registry import EMITTERS
from simulator.files.records.email_records import EmailEventSource
from simulator.files.records.malformed import REASONS, broken, oversized
from simulator.files.records.record import Body, Emitter, Record, Shape
from simulator.world.feeds import FEEDS
from simulator.world.model import DAY, World
from simulator.world.random_streams import stream

RECORDS_A_FILE = 4_000
#: A day with more records than this can have a bad one, which is then under a hundredth of its file.
FEW_RECORDS = 250
SUFFIXES = ("", ".gz", ".zst")


def write_feeds(
    landing: Path,
    world: World,
    source: EmailEventSource,
    native_bodies: list[tuple[int, Body]],
    faults: frozenset[str],
    books: Books,
) -> None:
    """Write the files of all email feeds, day by day. native_bodies: arrival and body of further native
    interactions."""
    arrival_day = (source.events.arrives - world.begin) // DAY
    for number, feed in enumerate(FEEDS):
        if feed.name not in EMITTERS:
            continue
        writer = FeedWriter(landing, world, feed.name, faults, books)
        if feed.name == "interactions":
            for arrives, body in native_bodies:
                writer.native_bodies[(arrives - world.begin) // DAY].append(Record(body))
        mine = np.flatnonzero(source.feed_of == number)
        bounds = np.searchsorted(arrival_day[mine], np.arange(world.days + 1))
        for day in range(world.days):
            writer.day(day, source, mine[bounds[day] : bounds[day + 1]])


class RecordSource(Protocol):
    """Gives an emitter the events or hits to write; each has a `variant`."""

    def select(self, numbers: NDArray[np.int64]) -> Iterator[Any]:
        """Yield the events or hits with these numbers."""


class FeedWriter:
    """Writes one feed; keeps the records that are to be delivered again on a later day."""

    def __init__(self, landing: Path, world: World, feed: str, faults: frozenset[str], books: Books) -> None:
        self.folder = landing / feed
        self.world, self.feed, self.faults, self.books = world, feed, faults, books
        self.emitter: Emitter = EMITTERS[feed]
        self.rng = stream(world.seed, f"files of {feed}")
        self.fault_rng = stream(world.seed, f"faults of {feed}")
        self.native_bodies: dict[int, list[Record]] = defaultdict(list)
        self.again: dict[int, list[Record]] = defaultdict(list)

    def day(self, day: int, source: RecordSource, numbers: NDArray[np.int64]) -> None:
        """Write the files of one arrival day."""
        records = self._records(source, numbers)
        records = self.with_copies(day, records + self.native_bodies.pop(day, []))
        if len(numbers):
            self._add_unknown_types(source, numbers, records)
            self._add_broken(day, source, numbers, records)
        if "disorder" in self.faults:
            order = self.fault_rng.permutation(len(records))
            records = [records[n] for n in order.tolist()]
        on = self.world.start + timedelta(days=day)
        for ordinal, batch in enumerate(self.batches(records)):
            shape = self.emitter.shapes[(day + ordinal) % len(self.emitter.shapes)]
            if not all(map(shape.takes, batch)):
                shape = self.emitter.shapes[0]
            suffix = "" if shape.binary else SUFFIXES[(day + ordinal) % len(SUFFIXES)]
            self._write(on, f"{self.feed}-{ordinal + 1:03d}{shape.extension}{suffix}", shape, batch, suffix)
        if records:
            self._add_files(day, on, source, numbers)

    def batches(self, records: list[Record]) -> list[list[Record]]:
        """Return the records of each of the day's files."""
        return _split(records, len(records) // RECORDS_A_FILE + 1 + (len(records) > 30))

    def _records(self, source: RecordSource, numbers: NDArray[np.int64]) -> list[Record]:
        records: list[Record] = []
        for event in source.select(numbers):
            for copy, body in enumerate(self.emitter.bodies(event)):
                records.append(Record(body, "shadow" if copy else "event"))
        return records

    def with_copies(self, day: int, records: list[Record]) -> list[Record]:
        """Return the day's records with copies: next to the original, elsewhere on the day, or from
        earlier days."""
        if "duplicates" not in self.faults:
            return records
        result: list[Record] = []
        somewhere: list[Record] = []
        luck = self.fault_rng.random(len(records))
        for record, drawn in zip(records, luck.tolist(), strict=True):
            result.append(record)
            if record.kind != "event" or drawn >= 0.06:
                continue
            again = Record(self.emitter.retried(record.body), "copy")
            later = day + 1 + int(drawn * 1e6) % 5
            if drawn < 0.02:
                result.append(again)
            elif drawn < 0.04 or later >= self.world.days:
                somewhere.append(again)
            else:
                self.again[later].append(again)
        # Copies can stand anywhere: the warehouse counts whichever it reads first.
        for record in (*somewhere, *self.again.pop(day, [])):
            result.insert(int(self.fault_rng.integers(len(result) + 1)), record)
        return result

    def _add_unknown_types(
        self, source: RecordSource, numbers: NDArray[np.int64], records: list[Record]
    ) -> None:
        if "unknown_types" not in self.faults or self.emitter.unknown_type is None:
            return
        picked = self.fault_rng.choice(numbers, size=1 + len(numbers) // 100)
        for event in source.select(picked):
            body, name = self.emitter.unknown_type(event)
            records.insert(
                int(self.fault_rng.integers(len(records) + 1)), Record(body, "ignored", ignored_as=name)
            )

    def _add_broken(
        self, day: int, source: RecordSource, numbers: NDArray[np.int64], records: list[Record]
    ) -> None:
        arrival = self.world.begin + day * DAY
        if "malformed" in self.faults:
            picked = self.fault_rng.choice(numbers, size=2)
            for turn, event in enumerate(source.select(picked)):
                record = broken(self.emitter, event, REASONS[(2 * day + turn) % len(REASONS)], arrival)
                if record is not None:
                    records.insert(int(self.fault_rng.integers(len(records) + 1)), record)
        elif "hiccups" in self.faults and day % 3 == 2 and len(numbers) > FEW_RECORDS:
            record = broken(self.emitter, next(source.select(numbers[:1])), REASONS[day % 2], arrival)
            if record is not None:
                records.insert(len(records) // 2, record)
        if "oversize" in self.faults and day == 0 and self.feed == FEEDS[0].name:
            records.append(oversized(self.emitter, next(source.select(numbers[:1]))))

    def _add_files(self, day: int, on: date, source: RecordSource, numbers: NDArray[np.int64]) -> None:
        """Add files that readers must skip, and files that are cut off."""
        folder = self.folder / on.isoformat()
        if "litter" in self.faults:
            for name in ("_SUCCESS", "upload.json.tmp", ".hidden.json", "more.part"):
                (folder / name).write_bytes(b'{"half": "written')
        is_torn = "broken_file" in self.faults and day % 5 == 1
        if "hiccups" in self.faults and self.feed == FEEDS[0].name:
            is_torn |= day == self.world.days // 2
        if is_torn:
            name = f"{self.feed}-torn.json.gz"
            whole = gzip.compress(b'{"event": "never read"}\n' * 1_000, mtime=0)
            (folder / name).write_bytes(whole[: len(whole) // 2])
            self.books.broken_files.append({"feed": self.feed, "arrival_date": on.isoformat(), "file": name})

    def _write(self, on: date, name: str, shape: Shape, batch: list[Record], suffix: str) -> None:
        folder = self.folder / on.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        documents = shape.make(batch)
        content = b"\n".join(document.text for document in documents)
        (folder / name).write_bytes(compressed(content if shape.binary else content + b"\n", suffix))
        self.books.enter(self.feed, on, name, documents)


def _split(records: list[Record], parts: int) -> list[list[Record]]:
    size = -(-len(records) // parts)
    return [records[start : start + size] for start in range(0, len(records), size)] if records else []
