"""Where feeds lie, as discovery looks at it: folders of a disk. A bucket's are in `objects/tree.py`.

Which folders are days and which files are read is `discovery.py`'s to say.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Protocol

from ingestion.errors import LandingError
from ingestion.landing.feed import Feed, FoundFile

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_address(where: Path | str) -> bool:
    """Whether it is the address of a bucket, and no folder."""
    return isinstance(where, str) and "://" in where


class Entry(Protocol):
    """An entry of a folder, as `os.scandir` gives it."""

    @property
    def name(self) -> str:
        """Its name in the folder."""

    @property
    def path(self) -> str:
        """Its path in the place."""

    def is_dir(self) -> bool:
        """Whether it is a folder."""

    def is_file(self) -> bool:
        """Whether it is a regular file: reading a pipe or a device might never end."""

    def is_symlink(self) -> bool:
        """Whether it leads elsewhere."""


class Place(Protocol):
    """A tree of folders that holds feeds."""

    def check(self) -> None:
        """Raise `LandingError` or `StoreError` if it does not exist or cannot be listed."""

    def folder(self, feed_path: str) -> str:
        """Return the path of a feed's folder in the place."""

    def has_folder(self, path: str) -> bool:
        """Whether there is a folder of this path."""

    def entries(self, path: str) -> Sequence[Entry]:
        """Return the entries of a folder by name; raise `OSError` if it cannot be listed."""

    def holds(self, path: str, feed: Feed) -> bool:
        """Whether what a path leads to lies in the place, or in a folder of the feed's own."""

    def found_file(self, feed: Feed, day: date, name: str, path: str) -> FoundFile | None:
        """Return a file; None if it was removed since its folder was listed."""


@dataclass(frozen=True)
class Disk:
    """A folder with a folder per feed in it."""

    root: Path

    @cached_property
    def _real_root(self) -> Path:
        return self.root.resolve()

    def check(self) -> None:
        """Raise `LandingError` if the folder does not exist or cannot be listed."""
        if not self.root.is_dir():
            raise LandingError(
                f"The landing zone {self.root} is no folder. Create it, or name another with --landing."
            )
        try:
            os.scandir(self.root).close()
        except OSError as error:
            raise LandingError(
                f"The landing zone {self.root} cannot be read ({error.strerror}). Check its permissions, or"
                " name another with --landing."
            ) from error

    def folder(self, feed_path: str) -> str:
        """Return the path of a feed's folder."""
        return str(self.root / feed_path)

    def has_folder(self, path: str) -> bool:
        """Whether there is a folder of this path."""
        return Path(path).is_dir()

    def entries(self, path: str) -> Sequence[Entry]:
        """Return the entries of a folder by name."""
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)

    def holds(self, path: str, feed: Feed) -> bool:
        """Whether what a path leads to lies in the landing zone, or in the feed's own folder."""
        roots = [self._real_root]
        if Path(feed.path).is_absolute():
            roots.append(Path(feed.path).resolve())
        real = Path(os.path.realpath(path))
        return any(real == root or root in real.parents for root in roots)

    def found_file(self, feed: Feed, day: date, name: str, path: str) -> FoundFile | None:
        """Return a file; None if it was removed since its folder was listed."""
        try:
            status = Path(path).stat()
        except OSError:
            return None
        modified = EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000)
        return FoundFile(feed, day, name, Path(path), status.st_size, modified)
