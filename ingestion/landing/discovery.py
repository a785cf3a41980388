"""Finds the files of the landing zone by feed and arrival day, and warns about places that are not read."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ingestion.adapters.adapter import FolderAdapter
from ingestion.adapters.registry import ADAPTERS
from ingestion.config import Config, did_you_mean
from ingestion.errors import LandingError
from ingestion.landing.feed import Feed, FoundFile
from ingestion.landing.places import EPOCH, Disk, Entry, Place, is_address

_UNFINISHED = (".tmp", ".part")

#: Patterns of folder names for a whole day or a part of one (year, month, day).
_WHOLE_DAY = re.compile(r"(?:[A-Za-z_]+=)?(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})")
_DAY_PARTS = (
    re.compile(r"(?P<number>[0-9]{4})|year=(?P<key>[0-9]{4})"),
    re.compile(r"(?P<number>[0-9]{2})|month=(?P<key>[0-9]{1,2})"),
    re.compile(r"(?P<number>[0-9]{2})|day=(?P<key>[0-9]{1,2})"),
)
_EXPECTED_DAY = (
    "expected a folder named by arrival day, like 2026-01-31, dt=2026-01-31, 2026/01/31 or"
    " year=2026/month=01/day=31; rename it."
)

#: File that the simulator writes beside its feeds, with the true results.
SIMULATED_TRUTH = "truth.json"


@dataclass
class Discovery:
    """Files found, by feed, day and name, and warnings about what is not read and why.

    names: names of all feeds, chosen or not.
    """

    names: frozenset[str] = frozenset()
    feeds: list[Feed] = field(default_factory=list)
    files: list[FoundFile] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def discover(
    landing: Path | str,
    config: Config,
    *,
    feeds: Collection[str] | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
) -> Discovery:
    """Find the files of the chosen feeds (None: all) that arrived in [from_day, to_day].

    landing: a folder, or the address of a bucket.
    """
    zone = _place(landing, from_day)
    zone.check()
    found = Discovery()
    all_feeds = _feeds(zone, config, found.warnings)
    found.names = frozenset(feed.name for feed in all_feeds)
    _check_names(feeds, all_feeds)
    for feed in sorted(all_feeds, key=lambda feed: feed.name):
        if feeds is not None and feed.name not in feeds:
            continue
        found.feeds.append(feed)
        place = _place(feed.path, from_day) if is_address(feed.path) else zone
        days: dict[date, list[tuple[str, str]]] = {}
        for day, folder, prefix in _days(place, feed, found.warnings):
            if (from_day and day < from_day) or (to_day and day > to_day):
                continue
            days.setdefault(day, []).extend(
                (prefix + name, path) for name, path in _files(place, folder, feed, found.warnings)
            )
        for day in sorted(days):
            found.files += _of_day(place, feed, day, days[day], found.warnings)
    if not found.files and feeds is None and from_day is None and to_day is None:
        found.warnings.append(
            f"The landing zone {landing} holds no file to read: a feed's files lie in <feed>/<YYYY-MM-DD>/."
        )
    return found


def _place(where: Path | str, from_day: date | None = None) -> Place:
    if not is_address(where):
        return Disk(Path(where))
    # Imported here: only who reads from buckets needs the library.
    from ingestion.landing.objects.tree import Tree

    return Tree(str(where), from_day)


def _check_names(feeds: Collection[str] | None, all_feeds: list[Feed]) -> None:
    names = {feed.name for feed in all_feeds} | set(ADAPTERS)
    for name in feeds or ():
        if name not in names:
            raise LandingError(f"There is no feed `{name}`; {did_you_mean(name, names)}")


def check_landing_zone(landing: Path | str) -> None:
    """Raise `LandingError` or `StoreError` if the landing zone does not exist or cannot be listed."""
    _place(landing).check()


def _of_day(
    place: Place, feed: Feed, day: date, delivered: list[tuple[str, str]], warnings: list[str]
) -> list[FoundFile]:
    """Return the files of a feed's day, including missing index files."""
    files = [
        file
        for name, path in _by_name(delivered, warnings).items()
        if (file := place.found_file(feed, day, name, path)) is not None
    ]
    return files + [
        FoundFile(feed, day, name, Path(place.folder(feed.path), str(day), name), 0, EPOCH)
        for name in _missing_indexes(feed, [file.name for file in files])
    ]


def _by_name(delivered: Iterable[tuple[str, str]], warnings: list[str]) -> dict[str, str]:
    """Return name -> path; the second of two files with one name is left out, with a warning to rename it."""
    found: dict[str, str] = {}
    for name, path in sorted(delivered):
        if found.setdefault(name, path) != path:
            warnings.append(f"{path}: not read: spelled out, it is called like another file; rename it.")
    return found


def _missing_indexes(feed: Feed, names: list[str]) -> list[str]:
    """Return the names of index files that should list a day's blobs but are missing.

    They are recorded as files without content.
    """
    adapter = ADAPTERS[feed.adapter]
    if not isinstance(adapter, FolderAdapter):
        return []
    wanted = {adapter.index_of(name) for name in names if adapter.record_type(name) is not None}
    return sorted(wanted - set(names))


def _feeds(zone: Place, config: Config, warnings: list[str]) -> list[Feed]:
    feeds = list(config.feeds)
    claimed = {os.path.normpath(zone.folder(feed.path)) for feed in feeds if not is_address(feed.path)}
    taken = {feed.name: feed.path for feed in feeds}
    for entry in _entries(zone, zone.folder(""), warnings):
        if entry.name.startswith((".", "_")) or os.path.normpath(entry.path) in claimed:
            continue
        if entry.name == SIMULATED_TRUTH:
            continue
        if not _is_folder(entry):
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


def _days(place: Place, feed: Feed, warnings: list[str]) -> Iterator[tuple[date, str, str]]:
    """Yield each day folder: its day, its path, and the prefix of its files' names.

    Beside `2026-01-31`, archives write `dt=2026-01-31`, `2026/01/31` and `year=2026/month=01/day=31`. In
    these layouts a file's name includes the path of the folder; otherwise two layouts of one day could have
    files of the same name.
    """
    folder = place.folder(feed.path)
    if not place.has_folder(folder):
        warnings.append(
            f"{feed.name}: the feed's folder {feed.path} does not exist; nothing was read for it."
        )
        return
    if not place.holds(folder, feed):
        warnings.append(_leaves(feed.path))
        return
    waiting: list[tuple[str, str, tuple[int, ...]]] = [(folder, "", ())]
    while waiting:
        inside, prefix, parts = waiting.pop()
        for entry in _entries(place, inside, warnings):
            where = f"{feed.path}/{prefix}{entry.name}"
            if entry.name.startswith((".", "_")) or entry.name.endswith(_UNFINISHED):
                continue
            found = _day_part(entry.name, parts) if _is_folder(entry) else None
            if found is None:
                warnings.append(f"{where}: not read: {_EXPECTED_DAY}")
            elif not place.holds(entry.path, feed):
                warnings.append(_leaves(where))
            elif isinstance(found, date):
                is_plain = entry.name == str(found)
                yield found, entry.path, "" if is_plain else f"{prefix}{entry.name}/"
            else:
                waiting.append((entry.path, f"{prefix}{entry.name}/", found))


def _day_part(name: str, parts: tuple[int, ...]) -> date | tuple[int, ...] | None:
    """Return the day that a folder's name completes, or the parts of a day so far; None if it is no date.

    parts: year and month of the folders above it.
    """
    try:
        if not parts and (whole := _WHOLE_DAY.fullmatch(name)):
            return date.fromisoformat(whole["day"])
        part = _DAY_PARTS[len(parts)].fullmatch(name)
        if part is None:
            return None
        numbers = (*parts, int(part["number"] or part["key"]))
        # Fill up with the first month or day, to check that the parts so far are valid.
        day = date(*numbers, *[1] * (3 - len(numbers)))
        return day if len(numbers) == 3 else numbers
    except ValueError:
        return None


def _files(place: Place, folder: str, feed: Feed, warnings: list[str]) -> Iterator[tuple[str, str]]:
    """Yield every file in a day's folder and its subfolders: its name inside the folder, and its path."""
    waiting = [(folder, "")]
    while waiting:
        inside, prefix = waiting.pop()
        for entry in _entries(place, inside, warnings):
            if entry.name.startswith((".", "_")) or entry.name.endswith(_UNFINISHED):
                continue
            name = prefix + _as_text(entry.name)
            if entry.is_symlink() and not place.holds(entry.path, feed):
                warnings.append(_leaves(entry.path))
            elif _is_folder(entry) and entry.is_symlink():
                warnings.append(f"{entry.path}: a linked folder is not followed; put its files here.")
            elif _is_folder(entry):
                waiting.append((entry.path, f"{name}/"))
            elif _is_file(entry):
                yield name, entry.path
            else:
                warnings.append(
                    f"{entry.path}: neither a file nor a folder, so it is not read; deliver a file instead."
                )


def _entries(place: Place, folder: str, warnings: list[str]) -> Sequence[Entry]:
    """Return the entries of a folder by name; none, with a warning, if it cannot be listed."""
    try:
        return place.entries(folder)
    except OSError as error:
        warnings.append(
            f"{folder}: the folder cannot be opened ({error.strerror}), so nothing in it is read;"
            " check its permissions."
        )
        return []


def _is_folder(entry: Entry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _is_file(entry: Entry) -> bool:
    """Whether the entry is a regular file: reading a pipe or a device might never end."""
    try:
        return entry.is_file()
    except OSError:
        return False


def _as_text(name: str) -> str:
    """Return a name on disk as text; bytes that are not UTF-8 are written as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _leaves(place: str) -> str:
    return f"{place}: a link that leaves the landing zone is not followed; copy the data here instead."
