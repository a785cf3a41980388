"""Finds the files of the landing zone by feed and arrival day, and warns about places that are not read."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ingestion.adapters.adapter import FolderAdapter
from ingestion.adapters.registry import ADAPTERS
from ingestion.config import Config, did_you_mean
from ingestion.errors import LandingError
from ingestion.landing.feed import Feed, FoundFile

_UNFINISHED = (".tmp", ".part")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

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
    landing: Path,
    config: Config,
    *,
    feeds: Collection[str] | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
) -> Discovery:
    """Find the files of the chosen feeds (None: all) that arrived in [from_day, to_day]."""
    check_landing_zone(landing)
    root = landing.resolve()
    found = Discovery()
    all_feeds = _feeds(landing, config, found.warnings)
    found.names = frozenset(feed.name for feed in all_feeds)
    _check_names(feeds, all_feeds)
    for feed in sorted(all_feeds, key=lambda feed: feed.name):
        if feeds is not None and feed.name not in feeds:
            continue
        found.feeds.append(feed)
        days: dict[date, list[tuple[str, str]]] = {}
        for day, folder, prefix in _days(landing / feed.path, feed, root, found.warnings):
            if (from_day and day < from_day) or (to_day and day > to_day):
                continue
            days.setdefault(day, []).extend(
                (prefix + name, path)
                for name, path in _files(folder, _roots(root, landing, feed), found.warnings)
            )
        for day in sorted(days):
            found.files += _of_day(feed, day, days[day], landing, found.warnings)
    if not found.files and feeds is None and from_day is None and to_day is None:
        found.warnings.append(
            f"The landing zone {landing} holds no file to read: a feed's files lie in <feed>/<YYYY-MM-DD>/."
        )
    return found


def _check_names(feeds: Collection[str] | None, all_feeds: list[Feed]) -> None:
    names = {feed.name for feed in all_feeds} | set(ADAPTERS)
    for name in feeds or ():
        if name not in names:
            raise LandingError(f"There is no feed `{name}`; {did_you_mean(name, names)}")


def check_landing_zone(landing: Path) -> None:
    """Raise `LandingError` if the landing zone does not exist or cannot be listed."""
    if not landing.is_dir():
        raise LandingError(
            f"The landing zone {landing} is no folder. Create it, or name another with --landing."
        )
    try:
        os.scandir(landing).close()
    except OSError as error:
        raise LandingError(
            f"The landing zone {landing} cannot be read ({error.strerror}). Check its permissions, or name"
            " another with --landing."
        ) from error


def _of_day(
    feed: Feed, day: date, delivered: list[tuple[str, str]], landing: Path, warnings: list[str]
) -> list[FoundFile]:
    """Return the files of a feed's day, including missing index files."""
    files = [
        file
        for name, path in _by_name(delivered, warnings).items()
        if (file := _found_file(feed, day, name, Path(path))) is not None
    ]
    return files + [
        FoundFile(feed, day, name, landing / feed.path / str(day) / name, 0, _EPOCH)
        for name in _missing_indexes(feed, [file.name for file in files])
    ]


def _by_name(delivered: Iterable[tuple[str, str]], warnings: list[str]) -> dict[str, str]:
    """Return name -> path; the second of two files with one name is left out, with a warning to rename it."""
    found: dict[str, str] = {}
    for name, path in sorted(delivered):
        if found.setdefault(name, path) != path:
            warnings.append(f"{path}: not read: spelled out, it is called like another file; rename it.")
    return found


def _found_file(feed: Feed, day: date, name: str, path: Path) -> FoundFile | None:
    """Return the file; None if it was removed since its folder was listed."""
    try:
        status = path.stat()
    except OSError:
        return None
    modified = _EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000)
    return FoundFile(feed, day, name, path, status.st_size, modified)


def _missing_indexes(feed: Feed, names: list[str]) -> list[str]:
    """Return the names of index files that should list a day's blobs but are missing.

    They are recorded as files without content.
    """
    adapter = ADAPTERS[feed.adapter]
    if not isinstance(adapter, FolderAdapter):
        return []
    wanted = {adapter.index_of(name) for name in names if adapter.record_type(name) is not None}
    return sorted(wanted - set(names))


def _feeds(landing: Path, config: Config, warnings: list[str]) -> list[Feed]:
    feeds = list(config.feeds)
    claimed = {os.path.normpath(landing / feed.path) for feed in feeds}
    taken = {feed.name: feed.path for feed in feeds}
    for entry in _entries(str(landing), warnings):
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


def _roots(root: Path, landing: Path, feed: Feed) -> tuple[Path, ...]:
    """Return the folders that links of a feed may lead into: the landing zone, and the feed's own folder."""
    return (root, (landing / feed.path).resolve()) if Path(feed.path).is_absolute() else (root,)


def _days(folder: Path, feed: Feed, root: Path, warnings: list[str]) -> Iterator[tuple[date, str, str]]:
    """Yield each day folder: its day, its path, and the prefix of its files' names.

    Beside `2026-01-31`, archives write `dt=2026-01-31`, `2026/01/31` and `year=2026/month=01/day=31`. In
    these layouts a file's name includes the path of the folder; otherwise two layouts of one day could have
    files of the same name.
    """
    if not folder.is_dir():
        warnings.append(
            f"{feed.name}: the feed's folder {feed.path} does not exist; nothing was read for it."
        )
        return
    if not Path(feed.path).is_absolute() and not _inside(str(folder), (root,)):
        warnings.append(_leaves(feed.path))
        return
    roots = (root, folder.resolve())
    waiting: list[tuple[str, str, tuple[int, ...]]] = [(str(folder), "", ())]
    while waiting:
        inside, prefix, parts = waiting.pop()
        for entry in _entries(inside, warnings):
            place = f"{feed.path}/{prefix}{entry.name}"
            if entry.name.startswith((".", "_")) or entry.name.endswith(_UNFINISHED):
                continue
            found = _day_part(entry.name, parts) if _is_folder(entry) else None
            if found is None:
                warnings.append(f"{place}: not read: {_EXPECTED_DAY}")
            elif not _inside(entry.path, roots):
                warnings.append(_leaves(place))
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


def _files(folder: str, roots: tuple[Path, ...], warnings: list[str]) -> Iterator[tuple[str, str]]:
    """Yield every file in a day's folder and its subfolders: its name inside the folder, and its path."""
    waiting = [(folder, "")]
    while waiting:
        inside, prefix = waiting.pop()
        for entry in _entries(inside, warnings):
            if entry.name.startswith((".", "_")) or entry.name.endswith(_UNFINISHED):
                continue
            name = prefix + _as_text(entry.name)
            if entry.is_symlink() and not _inside(entry.path, roots):
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


def _entries(folder: str, warnings: list[str]) -> list[os.DirEntry[str]]:
    """Return the entries of a folder by name; none, with a warning, if it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        warnings.append(
            f"{folder}: the folder cannot be opened ({error.strerror}), so nothing in it is read;"
            " check its permissions."
        )
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether the entry is a regular file: reading a pipe or a device might never end."""
    try:
        return entry.is_file()
    except OSError:
        return False


def _as_text(name: str) -> str:
    """Return a name on disk as text; bytes that are not UTF-8 are written as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _inside(path: str, roots: tuple[Path, ...]) -> bool:
    real = Path(os.path.realpath(path))
    return any(real == root or root in real.parents for root in roots)


def _leaves(place: str) -> str:
    return f"{place}: a link that leaves the landing zone is not followed; copy the data here instead."
