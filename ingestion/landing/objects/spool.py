"""Brings objects of a bucket to the disk for as long as they are read: batch by batch, the next one ahead.

What is on the disk at a time is two batches, whatever a bucket holds. Files that lie on a disk pass through.
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.landing.feed import FoundFile, StoredObject

if TYPE_CHECKING:
    from ingestion.landing.objects.store import Bucket

#: A batch is complete when it holds so many bytes or files; a larger object is a batch of its own.
BATCH_BYTES = 256 * 2**20
BATCH_FILES = 2048
#: How many objects are fetched at once: with many small ones, waiting for answers takes the time.
_AT_ONCE = 8
#: Numbers of system errors that mean that an object's name cannot be a file's.
_NO_NAME = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EILSEQ}


@dataclass
class Missed:
    """Objects that were listed and could not be read, each with the reason."""

    gone: list[FoundFile] = field(default_factory=list)
    refused: list[tuple[FoundFile, str]] = field(default_factory=list)

    def warnings_of_gone(self) -> list[str]:
        """Say which objects were removed between listing and reading."""
        return [
            f"{_place(file)}: removed while it was about to be read; nothing of it counts."
            for file in self.gone
        ]

    def warnings_of_refused(self) -> list[str]:
        """Say which objects are there and may not be read: one line per feed and reason."""
        by_reason: dict[tuple[str, str], list[FoundFile]] = {}
        for file, why in self.refused:
            by_reason.setdefault((file.feed.name, why), []).append(file)
        return [
            f"{feed}: {len(files)} objects may not be read ({why}), such as {_place(files[0])}. Give the"
            " credentials in use the right to read them, or restore them from an archive; the next build"
            " tries again."
            for (feed, why), files in by_reason.items()
        ]


@dataclass
class Spool:
    """A folder inside the home for copies of objects."""

    home: Path
    missed: Missed = field(default_factory=Missed)
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def at_hand(self, files: Sequence[FoundFile], *, keeps_days: bool = False) -> Iterator[list[FoundFile]]:
        """Yield the files in batches that can be opened until the next one is asked for.

        An object is told as it was when it was fetched: it may have changed since it was listed. Those that
        cannot be fetched are left out and noted in `missed`. keeps_days: the files of an arrival day lie in
        one folder, and in one batch.
        """
        if not any(file.stored for file in files):
            yield list(files)
            return
        spill = self.home / "tmp"
        spill.mkdir(parents=True, exist_ok=True)
        batches = _batches(files, keeps_days=keeps_days)
        with ThreadPoolExecutor(1, "spool") as ahead:
            coming = ahead.submit(self._fetch, next(batches), spill, keeps_days)
            for following in chain(batches, [None]):
                folder, fetched = coming.result()
                with folder:
                    if following is not None:
                        coming = ahead.submit(self._fetch, following, spill, keeps_days)
                    yield fetched

    def _fetch(
        self, files: Sequence[FoundFile], spill: Path, keeps_days: bool
    ) -> tuple[tempfile.TemporaryDirectory[str], list[FoundFile]]:
        folder = tempfile.TemporaryDirectory(dir=spill, prefix="objects-")

        def copy(file: FoundFile) -> FoundFile | None:
            above = str(file.arrival_date) if keeps_days else f"{file.file_id:016x}"
            return self._copy(file, Path(folder.name) / above / file.name)

        try:
            with ThreadPoolExecutor(_AT_ONCE, "fetch") as fetching:
                found = list(fetching.map(copy, files))
        except BaseException:
            folder.cleanup()
            raise
        return folder, [file for file in found if file is not None]

    def _copy(self, file: FoundFile, target: Path) -> FoundFile | None:
        if file.stored is None:
            return file
        # Imported here: only who reads from buckets needs the library.
        from ingestion.landing.objects.store import StoredFile

        listed = StoredFile(file.stored.key, file.size_bytes, file.modified_at, file.stored.etag)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            now = self._bucket(file.stored.address).fetch(listed, target)
        except FileNotFoundError:
            self.missed.gone.append(file)
            return None
        except PermissionError as error:
            self.missed.refused.append((file, str(error)))
            return None
        except OSError as error:
            if error.errno not in _NO_NAME:
                raise
            self.missed.refused.append((file, error.strerror or str(error)))
            return None
        if now.size_bytes == listed.size_bytes and now.modified_at == listed.modified_at.replace(
            microsecond=0
        ):
            now = listed  # as the next listing tells it: times of answers are whole seconds
        stored = StoredObject(file.stored.address, file.stored.key, now.etag)
        return replace(
            file, path=target, size_bytes=now.size_bytes, modified_at=now.modified_at, stored=stored
        )

    def _bucket(self, address: str) -> Bucket:
        from ingestion.landing.objects.store import Bucket

        return self._buckets.setdefault(address, Bucket(address))


def _batches(files: Sequence[FoundFile], *, keeps_days: bool) -> Iterator[list[FoundFile]]:
    """Divide files into batches, in their order."""
    batch: list[FoundFile] = []
    size = 0
    for together in _together(files, keeps_days=keeps_days):
        added = sum(file.size_bytes for file in together)
        if batch and (size + added > BATCH_BYTES or len(batch) + len(together) > BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch += together
        size += added
    if batch:
        yield batch


def _together(files: Sequence[FoundFile], *, keeps_days: bool) -> Iterable[list[FoundFile]]:
    if not keeps_days:
        return ([file] for file in files)
    return (list(day) for _, day in groupby(files, key=_day))


def _day(file: FoundFile) -> date:
    return file.arrival_date


def _place(file: FoundFile) -> str:
    return f"{file.feed.name}/{file.arrival_date}/{file.name}"
