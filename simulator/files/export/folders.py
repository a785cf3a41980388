"""The files of the interaction export: one CDM folder per arrival day, with blobs and a model.json that
lists them."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from simulator.files.books import Books
from simulator.files.export.columns import columns
from simulator.files.export.rows import Row, corrected, email_rows, unknown_type_rows, us_time
from simulator.files.records.email_records import EmailEventSource
from simulator.files.records.record import Document, Kind, Record, uuid
from simulator.world.feeds import FEED_NUMBER
from simulator.world.model import DAY, World
from simulator.world.random_streams import stream

FEED = "dynamics365"
#: A blob with this many rows gets no more rows.
ROWS_A_BLOB = 400


@dataclass(frozen=True, slots=True)
class _Line:
    """A row in a blob, and how the books count it."""

    row: Row
    kind: Kind = "event"
    reason: str | None = None


@dataclass(slots=True)
class _Blob:
    """A blob; rows appended on later days keep its header and its encoding."""

    name: str
    later: bool
    encoding: str
    lines: list[_Line]

    def can_take(self, lines: Sequence[_Line]) -> bool:
        """Return whether these rows can be appended: there is room, and the encoding has their letters."""
        return len(self.lines) < ROWS_A_BLOB and (self.encoding.startswith("utf") or _is_western(lines))


def exported_emails(source: EmailEventSource) -> Iterator[Row]:
    """Yield the rows of the email events of journeys whose feed is the export."""
    numbers = np.flatnonzero(source.feed_of == FEED_NUMBER[FEED])
    arrives = source.events.arrives[numbers].tolist()
    for event, arrival in zip(source.select(numbers), arrives, strict=True):
        yield from email_rows(event, arrival, source.world.begin)


def write_export(
    landing: Path, world: World, rows: Iterable[Row], faults: frozenset[str], books: Books
) -> None:
    """Write every arrival day's folder."""
    writer = _Export(landing / FEED, world, faults, books)
    by_day: dict[int, list[_Line]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.arrives):
        day = (row.arrives - world.begin) // DAY
        found = corrected(row) if writer.rng.random() < 0.04 else None
        if found is None:
            by_day[day].append(_Line(row))
            continue
        # The row was first written with a mistake; the higher version counts, whichever arrives first.
        draft, final = found
        by_day[day].append(_Line(draft, "copy"))
        by_day[min(day + int(writer.rng.integers(3)), world.days - 1)].append(_Line(final))
    for day in range(world.days):
        writer.day(day, by_day[day])


class _Export:
    """Writes the folders; keeps each type's latest blob, to which a later day may append or which it may
    repeat."""

    def __init__(self, folder: Path, world: World, faults: frozenset[str], books: Books) -> None:
        self.folder, self.world, self.faults, self.books = folder, world, faults, books
        self.rng = stream(world.seed, "files of dynamics365")
        self.latest: dict[str, _Blob] = {}

    def day(self, day: int, lines: list[_Line]) -> None:
        """Write the folder of one arrival day."""
        if not lines:
            return
        on = self.world.start + timedelta(days=day)
        by_type: dict[str, list[_Line]] = defaultdict(list)
        unknown_rows = (
            unknown_type_rows(self.world.begin + day * DAY, day) if "unknown_types" in self.faults else []
        )
        for line in (*lines, *(_Line(row, "ignored") for row in unknown_rows), *self._broken(day, lines)):
            by_type[line.row.type].append(line)
        index: dict[str, list[str]] = {}
        for kind, found in sorted(by_type.items()):
            index[kind] = [self._write(on, kind, blob) for blob in self._blobs(kind, found)]
        self._write_index(on, index)
        if "litter" in self.faults:
            (self.folder / on.isoformat() / "_SUCCESS").write_bytes(b"")

    def _blobs(self, kind: str, lines: list[_Line]) -> list[_Blob]:
        """Return the type's blobs of the day."""
        if "disorder" in self.faults:
            lines = [lines[n] for n in self.rng.permutation(len(lines)).tolist()]
        if "duplicates" in self.faults:
            sound = [line for line in lines if line.kind == "event"]
            lines = lines + [replace(line, kind="copy") for line in sound if self.rng.random() < 0.03]
        blobs: list[_Blob] = []
        before = self.latest.get(kind)
        if before and before.can_take(lines) and self.rng.random() < 0.3:
            # Appended: the new day's folder has the blob with all its earlier rows.
            blobs.append(replace(before, lines=[*_as_copies(before.lines), *lines]))
        else:
            half = len(lines) // 2 if len(lines) > 20 else 0
            for part in (lines[:half], lines[half:]):
                if part:
                    blobs.append(self._blob(part))
            if before and "duplicates" in self.faults and self.rng.random() < 0.3:
                blobs.append(replace(before, name=self._name(), lines=_as_copies(before.lines)))
        self.latest[kind] = blobs[0]
        return blobs

    def _broken(self, day: int, lines: Sequence[_Line]) -> list[_Line]:
        """Return rows that must be quarantined."""
        if "malformed" not in self.faults or len(lines) < 3:
            return []
        years_ago = self.world.begin - 40 * 365 * DAY
        wrong = (
            ("missing_field", {"InternalMarketingInteractionId": ""}),
            ("bad_timestamp", {"Timestamp": "the day before yesterday"}),
            ("out_of_range", {"Timestamp": us_time(years_ago)}),
        )
        reason, values = wrong[day % len(wrong)]
        row = lines[day % len(lines)].row
        return [_Line(replace(row, values=row.values | values), "broken", reason)]

    def _blob(self, lines: list[_Line]) -> _Blob:
        encoding = "cp1252" if _is_western(lines) else ("utf-8", "utf-8-sig")[self.rng.integers(2)]
        later = any(line.row.later for line in lines) or bool(self.rng.random() < 0.5)
        return _Blob(self._name(), later, encoding, lines)

    def _name(self) -> str:
        high, low = self.rng.integers(1 << 62, size=2).tolist()
        return uuid(high, low)

    def _write(self, on: date, kind: str, blob: _Blob) -> str:
        header = columns(kind, blob.later)
        documents = [Document(_csv([header]), [])]
        for line in blob.lines:
            row = line.row
            cells = row.values | {"InteractionType": kind, "Version": row.version}
            tried = " (test send)" if row.values.get("UsageType") == "TestSend" else ""
            record = Record(row, line.kind, line.reason, kind + tried if line.kind == "ignored" else None)
            documents.append(Document(_csv([[cells.get(name) for name in header]]), [record]))
        text = "\r\n".join(document.text.decode() for document in documents) + "\r\n"
        name = f"csv/{kind}/{blob.name}"
        path = self.folder / on.isoformat() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(blob.encoding))
        self.books.enter(FEED, on, name, documents)
        return name

    def _write_index(self, on: date, index: dict[str, list[str]]) -> None:
        """Write the folder's model.json; with `malformed`, it misses a blob, as while that blob is being
        written."""
        last = max(index, key=lambda kind: len(index[kind])) if "malformed" in self.faults else None
        model = {
            "name": "MarketingInteractionModel",
            "version": "1.0",
            "entities": [
                {
                    "$type": "LocalEntity",
                    "name": kind,
                    "attributes": [
                        {"name": name, "dataType": "string"} for name in columns(kind, later=False)
                    ],
                    "partitions": [
                        {"name": name.rpartition("/")[2], "location": f"https://store.example/export/{name}"}
                        for name in (names[1:] if kind == last and len(names) > 1 else names)
                    ],
                }
                for kind, names in index.items()
            ],
        }
        (self.folder / on.isoformat() / "model.json").write_text(json.dumps(model, indent=1))


def _is_western(lines: Sequence[_Line]) -> bool:
    """Return whether Windows-1252 has all letters of the rows."""
    try:
        for line in lines:
            "".join(str(value) for value in line.row.values.values()).encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _as_copies(lines: Sequence[_Line]) -> list[_Line]:
    """Return the same rows, the sound ones as copies of rows that were delivered before."""
    return [replace(line, kind="copy") if line.kind == "event" else line for line in lines]


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().removesuffix("\r\n").encode()
