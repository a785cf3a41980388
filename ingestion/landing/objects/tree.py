"""A bucket's listing as the folders that discovery looks through: `/` in an object's key begins a folder.

A feed is listed whole, in one pass over its keys, because a request per folder would take longer.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ingestion.landing.feed import Feed, FoundFile, StoredObject
from ingestion.landing.objects.store import Bucket, StoredFile


@dataclass(frozen=True, slots=True)
class _Entry:
    """An object or a folder, as `os.scandir` would give it."""

    name: str
    path: str
    is_folder: bool

    def is_dir(self) -> bool:
        return self.is_folder

    def is_file(self) -> bool:
        return not self.is_folder

    def is_symlink(self) -> bool:
        return False


@dataclass(slots=True)
class _Node:
    """What lies under one name: an object, other names below it, or both."""

    stored: StoredFile | None = None
    below: set[str] = field(default_factory=set)

    @property
    def is_folder_mark(self) -> bool:
        """Whether it is the empty object by which consoles mark a folder, which may hold nothing else."""
        return self.stored is not None and not self.stored.size_bytes and "." not in self.stored.key[-6:]


class Tree:
    """The folders of a bucket; each feed's are listed when they are first asked for.

    from_day: keys of earlier days are left out of a feed's listing, where they sort before it.
    """

    def __init__(self, address: str, from_day: date | None = None) -> None:
        self._bucket = Bucket(address)
        self._from_day = from_day
        self._nodes: dict[str, _Node] = {}
        self._top: list[_Entry] | None = None

    def check(self) -> None:
        """Raise `StoreError` if the bucket does not exist or cannot be listed."""
        folders, objects = self._bucket.entries()
        marks = {one.key for one in objects if not one.size_bytes}
        self._top = [_Entry(name, name, is_folder=True) for name in {*folders} | (marks - {""})]
        self._top += [_Entry(one.key, one.key, is_folder=False) for one in objects if one.size_bytes]

    def folder(self, feed_path: str) -> str:
        """Return the prefix of a feed; that of a feed with a bucket of its own is empty."""
        if feed_path.startswith(f"{self._bucket.scheme}://"):
            return ""
        return "" if feed_path in ("", ".") else os.path.normpath(feed_path).strip("/")

    def has_folder(self, path: str) -> bool:
        """Whether there is anything below a feed's prefix, which is listed now."""
        if path not in self._nodes:
            after = f"{path}/{self._from_day}".lstrip("/") if self._from_day else None
            self._nodes[path] = _Node()
            self._note(self._bucket.objects(path, after), path)
        return bool(self._nodes[path].below) or self._from_day is not None

    def _note(self, listed: Iterable[StoredFile], root: str) -> None:
        for stored in listed:
            path = stored.key
            self._nodes.setdefault(path, _Node()).stored = stored
            while path != root:
                above, _, name = path.rpartition("/")
                known = self._nodes.setdefault(above, _Node()).below
                if name in known:
                    break
                known.add(name)
                path = above

    def entries(self, path: str) -> Sequence[_Entry]:
        """Return what lies in a folder, by name; at the top, unless a feed lies there, what `check` found."""
        if path not in self._nodes:
            return sorted(self._top or (), key=lambda entry: entry.name)
        return list(self._entries(path))

    def _entries(self, path: str) -> Iterator[_Entry]:
        for name in sorted(self._nodes[path].below):
            below = f"{path}/{name}" if path else name
            node = self._nodes[below]
            if node.below or node.is_folder_mark:
                yield _Entry(name, below, is_folder=True)
            if node.stored is not None and not node.is_folder_mark:
                yield _Entry(name, below, is_folder=False)

    def holds(self, path: str, feed: Feed) -> bool:
        """Whether a path lies in the bucket; there are no links."""
        return True

    def found_file(self, feed: Feed, day: date, name: str, path: str) -> FoundFile | None:
        """Return an object as a file; what it holds is not at hand yet."""
        stored = self._nodes[path].stored
        if stored is None:
            return None
        lies = StoredObject(self._bucket.address, stored.key, stored.etag)
        return FoundFile(feed, day, name, Path(), stored.size_bytes, stored.modified_at, stored=lies)
