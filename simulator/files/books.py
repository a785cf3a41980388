"""The record counts of every file that the simulator writes, as the warehouse should count them."""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import zstandard

from simulator.files.records.record import Document, Record


@dataclass
class Books:
    """The record counts of every file written, as the warehouse's own counts (its books) should be."""

    by_feed: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    quarantined: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    ignored: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    files: list[dict[str, Any]] = field(default_factory=list)
    expected_quarantine: list[dict[str, Any]] = field(default_factory=list)
    broken_files: list[dict[str, Any]] = field(default_factory=list)

    def enter(self, feed: str, day: date, name: str, documents: list[Document]) -> None:
        """Count the records of one file."""
        line, counts = 1, Counter[str]()
        for document in documents:
            for record in document.records:
                counts["records_read"] += 1
                counts[_column(record)] += 1
                if record.kind == "broken" and record.reason:
                    self.quarantined[feed][record.reason] += 1
                    self.expected_quarantine.append({
                        "feed": feed, "arrival_date": day.isoformat(), "file": name, "line": line,
                        "reason_code": record.reason,
                    })  # fmt: skip
                if record.ignored_as:
                    self.ignored[feed][record.ignored_as] += 1
            line += document.text.count(b"\n") + 1
        self.enter_counts(feed, day, name, counts)

    def enter_counts(self, feed: str, day: date, name: str, counts: Counter[str]) -> None:
        """Add the counts of one file whose records are not at hand."""
        self.by_feed[feed].update(counts)
        columns = ("records_read", "events", "copies", "shadows", "ignored", "quarantined")
        row = {column: counts[column] for column in columns}
        self.files.append({"feed": feed, "arrival_date": day.isoformat(), "file": name, **row})

    def as_rows(self) -> dict[str, dict[str, Any]]:
        """Return the counts per feed; records_read = events + duplicates + shadows + ignored +
        quarantined."""
        return {
            feed: {
                "records_read": counts["records_read"],
                "events": counts["events"],
                "duplicates": counts["copies"],
                "shadows": counts["shadows"],
                "ignored": counts["ignored"],
                "ignored_by_type": dict(sorted(self.ignored[feed].items())),
                "quarantined": dict(sorted(self.quarantined[feed].items())),
            }
            for feed, counts in sorted(self.by_feed.items())
        }


def _column(record: Record) -> str:
    columns = {
        "event": "events",
        "copy": "copies",
        "shadow": "shadows",
        "ignored": "ignored",
        "broken": "quarantined",
    }
    return columns[record.kind]


def compressed(content: bytes, suffix: str) -> bytes:
    """Return the bytes compressed as the suffix says (`.gz`, `.zst` or none); the same input gives the
    same bytes."""
    if suffix == ".gz":
        return gzip.compress(content, compresslevel=3, mtime=0)
    return zstandard.ZstdCompressor(level=3).compress(content) if suffix == ".zst" else content
