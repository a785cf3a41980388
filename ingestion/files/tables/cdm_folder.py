"""Lands CDM folders: small tables ("blobs"), only the new end of a grown one, and their indexes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ingestion.adapters.adapter import FolderAdapter
from ingestion.errors import UnreadableFile
from ingestion.files.compression import checksum_of, compression_of
from ingestion.landing.batch import LandingRun
from ingestion.landing.feed import Feed, FoundFile
from ingestion.ledger import KnownFile

_CHUNK = 2**20


def unread_rest(adapter: FolderAdapter, file: FoundFile, known: KnownFile) -> FoundFile | None:
    """Return the file if it holds something new: an index that changed, or a blob with records added at its
    end.

    Return None if nothing is new, or if the part of a blob that was read has changed.
    """
    if known.version == file.version:
        return None
    if adapter.is_index(file.name) or known.file_quarantined:
        # No record of the file was landed, so it is read from its beginning.
        is_same = known.checksum is not None and known.checksum == checksum_of(file.path)
        return None if is_same else file
    if file.size_bytes <= known.size_bytes or not _goes_on(file, known):
        return None
    return replace(file, read_before=known.size_bytes)


def _goes_on(file: FoundFile, known: KnownFile) -> bool:
    """Whether the file still begins with the bytes that were read, and these end with a whole record."""
    digest, quotes, last, left = hashlib.sha256(), 0, b"\n", known.size_bytes
    try:
        with file.path.open("rb") as opened:
            if compression_of(file.name, opened.read(min(left, _CHUNK))) is not None:
                return False
            opened.seek(0)
            while left and (chunk := opened.read(min(left, _CHUNK))):
                digest.update(chunk)
                quotes, last, left = quotes + chunk.count(b'"'), chunk[-1:], left - len(chunk)
            after = opened.read(2)
    except (UnreadableFile, OSError):
        return False
    is_between_records = quotes % 2 == 0 and (last == b"\n" or after.startswith((b"\n", b"\r\n")))
    return is_between_records and digest.hexdigest() == known.checksum


class BlobFiles:
    """Lands the blobs of one feed, and their indexes."""

    def __init__(
        self,
        run: LandingRun,
        feed: Feed,
        adapter: FolderAdapter,
        land_tables: Callable[[Sequence[FoundFile]], list[FoundFile]],
    ) -> None:
        self._run = run
        self._feed = feed
        self._adapter = adapter
        self._land_tables = land_tables

    def land(self, files: Sequence[FoundFile]) -> None:
        """Land blobs and indexes; the adapter quarantines files that are neither."""
        for file in files:
            if self._adapter.is_index(file.name):
                self._land_index(file)
        self._run.record()
        others = [file for file in files if not self._adapter.is_index(file.name)]
        self._warn_of_unlisted(self._land_tables(others))

    # ---- indexes --------------------------------------------------------------------------------------

    def _land_index(self, file: FoundFile) -> None:
        """Record an index in the ledger: it holds no records, but it can be missing or unreadable."""
        try:
            self._adapter.read_index(file.path)
            self._run.books(file).checksum = checksum_of(file.path)
        except UnreadableFile as problem:
            self._run.quarantine_file(file, problem, checksum_of(file.path))

    def _warn_of_unlisted(self, blobs: Sequence[FoundFile]) -> None:
        by_index: dict[Path, list[FoundFile]] = defaultdict(list)
        for file in blobs:
            folder = str(file.path)[: -len(file.name)]
            by_index[Path(folder, self._adapter.index_of(file.name))].append(file)
        for index, files in by_index.items():
            try:
                listed = self._adapter.read_index(index)
            except UnreadableFile:
                listed = ()
            unlisted = [file for file in files if self._adapter.listed_name(file.name) not in listed]
            if unlisted:
                self._run.report.warnings.append(
                    f"{self._feed.name}/{unlisted[0].arrival_date}: {len(unlisted)} blobs are not listed in"
                    f" {index.name} (such as {unlisted[0].name}); they were read all the same."
                )
