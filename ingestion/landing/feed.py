"""A feed (the settings of one source folder in `touchpoint.yml`) and a file that was found in its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from ingestion.values.instants import DateOrder

#: Names of our ids in records, unless a feed's `ids` renames them.
CORRELATION_IDS = ("contact_id", "email_id", "journey_id", "iteration_id", "tile_id")


@dataclass(frozen=True)
class Feed:
    """One source folder and how to read it."""

    name: str
    adapter: str
    path: str  # the feed's folder: inside the landing zone, absolute, or the address of a bucket
    timezone: str = "UTC"
    host: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)  # our column -> the snapshots' header
    date_format: DateOrder | None = None  # order of dates as spreadsheets show them
    format: str | None = None  # format of log lines: a name, or the server's format string
    client: str | None = None  # the header of log lines that holds the client's address

    @property
    def id_names(self) -> dict[str, str]:
        """Return each of our correlation ids -> its name in this feed."""
        return {name: self.ids.get(name, name) for name in CORRELATION_IDS}


@dataclass(frozen=True)
class StoredObject:
    """An object of a bucket. address: the bucket's, as in `s3://bucket/prefix`; key: what follows it."""

    address: str
    key: str
    etag: str | None


@dataclass(frozen=True)
class FoundFile:
    """A file in the landing zone."""

    feed: Feed
    arrival_date: date
    name: str  # inside the day folder, with `/`
    path: Path
    size_bytes: int
    modified_at: datetime
    read_before: int = 0  # how many bytes an earlier run read; they have not changed
    stored: StoredObject | None = None  # where it lies, if that is no disk: `path` is then a copy of it

    @property
    def etag(self) -> str | None:
        """What an object store says of the content; it changes with it."""
        return self.stored.etag if self.stored else None

    @property
    def version(self) -> tuple[int, str | datetime]:
        """Return what tells, without opening it, whether the file's content has changed."""
        return self.size_bytes, self.etag or self.modified_at

    @property
    def version_text(self) -> str:
        """Return `version` as the ledger keeps one that was not read."""
        return " ".join(map(str, self.version))

    @property
    def file_id(self) -> int:
        """Return the file's id: the first 63 bits of the MD5 of feed/day/name, so that it is the same in
        every home.
        """
        text = f"{self.feed.name}/{self.arrival_date}/{self.name}"
        return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[:8], "big") >> 1
