"""Walking the landing zone: which files have arrived, for which feed, on which day.

Belongs here: names and places of files. Does not belong here: opening them (`containers.py`), or whether
they were read before (`ledger.py`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ingestion.adapter import FolderAdapter
from ingestion.adapters import ADAPTERS
from ingestion.config import Config, Feed, did_you_mean
from ingestion.errors import LandingError

_UNFINISHED = (".tmp", ".part")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Lies beside simulated feeds: what they should come to.
SIMULATED_TRUTH = "truth.json"


@dataclass(frozen=True)
class FoundFile:
    """A file in the landing zone."""

    feed: Feed
    arrival_date: date
    name: str  # inside the day folder, with `/`
    path: Path
    size_bytes: int
    modified_at: datetime
    read_before: int = 0  # bytes that an earlier run read and that have not changed

    @property
    def file_id(self) -> int:
        """The first 63 bits of the md5 of feed/day/name: the same in every home."""
        text = f"{self.feed.name}/{self.arrival_date}/{self.name}"
        return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[:8], "big") >> 1


@dataclass
class Discovery:
    """What was found: files by feed, day and name; what was left aside and why."""

    feeds: list[Feed] = field(default_factory=list)
    files: list[FoundFile] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def discover(
    landing: Path,
    config: Config,
    *,
    feeds: Collection[str] | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
) -> Discovery:
    """Find the files of the chosen feeds (None: all) that arrived in [from_day, to_day]."""
    if not landing.is_dir():
        raise LandingError(
            f"The landing zone {landing} is no folder. Create it, or name another with --landing."
        )
    root = landing.resolve()
    found = Discovery()
    all_feeds = _feeds(landing, config, found.warnings)
    if feeds is not None:
        names = {feed.name for feed in all_feeds} | set(ADAPTERS)
        for name in feeds:
            if name not in names:
                raise LandingError(f"There is no feed `{name}`; {did_you_mean(name, names)}")
    for feed in sorted(all_feeds, key=lambda feed: feed.name):
        if feeds is not None and feed.name not in feeds:
            continue
        found.feeds.append(feed)
        for day, folder in _days(landing / feed.path, feed, root, found.warnings):
            if (from_day and day < from_day) or (to_day and day > to_day):
                continue
            found_names: list[str] = []
            for name, entry in sorted(_files(folder, "", _roots(root, landing, feed), found.warnings)):
                status = Path(entry).stat()
                modified = _EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000)
                found.files.append(FoundFile(feed, day, name, Path(entry), status.st_size, modified))
                found_names.append(name)
            found.files += [
                FoundFile(feed, day, name, Path(folder, name), 0, _EPOCH)
                for name in _missing_indexes(feed, found_names)
            ]
    return found


def _missing_indexes(feed: Feed, names: list[str]) -> list[str]:
    """Indexes that a day's blobs should lie beside but do not: found as files without content."""
    adapter = ADAPTERS[feed.adapter]
    if not isinstance(adapter, FolderAdapter):
        return []
    wanted = {adapter.index_of(name) for name in names if adapter.record_type(name) is not None}
    return sorted(wanted - set(names))


def _feeds(landing: Path, config: Config, warnings: list[str]) -> list[Feed]:
    feeds = list(config.feeds)
    claimed = {os.path.normpath(landing / feed.path) for feed in feeds}
    taken = {feed.name: feed.path for feed in feeds}
    for entry in sorted(os.scandir(landing), key=lambda entry: entry.name):
        if entry.name.startswith((".", "_")) or os.path.normpath(entry.path) in claimed:
            continue
        if entry.name == SIMULATED_TRUTH:
            continue
        if not entry.is_dir():
            warnings.append(
                f"{entry.name}: a file outside any feed is not read; move it to <feed>/<YYYY-MM-DD>/."
            )
        elif entry.name in taken:
            warnings.append(
                f"{entry.name}: this folder is not read: the feed `{entry.name}` of touchpoint.yml reads"
                f" `{taken[entry.name]}`. Give that feed another name, or this folder a feed of its own."
            )
        elif entry.name in ADAPTERS:
            feeds.append(Feed(entry.name, entry.name, entry.name))
        elif not any(path.startswith(os.path.normpath(entry.path) + os.sep) for path in claimed):
            warnings.append(
                f"{entry.name}: no adapter has this name, so the folder is not read;"
                f" {did_you_mean(entry.name, ADAPTERS)} Rename it, or add a feed for it to touchpoint.yml."
            )
    return feeds


def _roots(root: Path, landing: Path, feed: Feed) -> tuple[Path, ...]:
    """Where a feed's files may really lie: the landing zone, and the feed's own folder if it is elsewhere."""
    return (root, (landing / feed.path).resolve()) if Path(feed.path).is_absolute() else (root,)


def _days(folder: Path, feed: Feed, root: Path, warnings: list[str]) -> Iterator[tuple[date, str]]:
    if not folder.is_dir():
        warnings.append(
            f"{feed.name}: the feed's folder {feed.path} does not exist; nothing was read for it."
        )
        return
    if not Path(feed.path).is_absolute() and not _inside(str(folder), (root,)):
        warnings.append(_leaves(feed.path))
        return
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        place = f"{feed.path}/{entry.name}"
        if entry.name.startswith((".", "_")) or entry.name.endswith(_UNFINISHED):
            continue
        try:
            day = date.fromisoformat(entry.name) if len(entry.name) == 10 else None
        except ValueError:
            day = None
        if day is None or not entry.is_dir():
            warnings.append(f"{place}: not read: expected a folder named by arrival day, like 2026-01-31.")
        elif not _inside(entry.path, (root, folder.resolve())):
            warnings.append(_leaves(place))
        else:
            yield day, entry.path


def _files(
    folder: str, prefix: str, roots: tuple[Path, ...], warnings: list[str]
) -> Iterator[tuple[str, str]]:
    for entry in os.scandir(folder):
        if entry.name.startswith((".", "_")) or entry.name.endswith(_UNFINISHED):
            continue
        if entry.is_symlink() and not _inside(entry.path, roots):
            warnings.append(_leaves(entry.path))
        elif entry.is_dir():
            if entry.is_symlink():
                warnings.append(f"{entry.path}: a linked folder is not followed; put its files here.")
            else:
                yield from _files(entry.path, f"{prefix}{entry.name}/", roots, warnings)
        elif entry.is_file():
            yield prefix + entry.name, entry.path


def _inside(path: str, roots: tuple[Path, ...]) -> bool:
    real = Path(os.path.realpath(path))
    return any(real == root or root in real.parents for root in roots)


def _leaves(place: str) -> str:
    return f"{place}: a link that leaves the landing zone is not followed; copy the data here instead."
