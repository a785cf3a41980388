"""Landing the many small tables ("blobs") of a folder adapter: a batch of blobs at a time through the engine.

Belongs here: what the core does around a folder of blobs and its index, and reading on where a blob has
grown. Does not belong here: loading a batch (`blob_batches.py`), or a format's columns (its adapter).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from ingestion.adapter import FolderAdapter, TableReading, UnreadableFile
from ingestion.blob_batches import Blob, BlobBatch, open_blob
from ingestion.config import Feed
from ingestion.containers import checksum_of, compression_of
from ingestion.discovery import FoundFile
from ingestion.landing_run import LandingRun
from ingestion.ledger import KnownFile
from ingestion.statements import quoted
from ingestion.table_files import TableFiles, keep_books

#: A batch is landed when it holds this much; a larger blob is read by itself.
BATCH_BYTES = 32 * 2**20
BATCH_BLOBS = 4096
_CHUNK = 2**20


def unread_rest(adapter: FolderAdapter, file: FoundFile, known: KnownFile) -> FoundFile | None:
    """The file again, if it holds something new: an index that changed, a blob that goes on where it ended.

    None where nothing is new, or where what was read of a blob has changed.
    """
    if (known.size_bytes, known.modified_at) == (file.size_bytes, file.modified_at):
        return None
    if adapter.is_index(file.name) or known.file_quarantined:
        # Nothing of it is landed, so it can be read as if for the first time.
        is_same = known.checksum is not None and known.checksum == _checksum(file)
        return None if is_same else file
    if file.size_bytes <= known.size_bytes or not _goes_on(file, known):
        return None
    return replace(file, read_before=known.size_bytes)


def _goes_on(file: FoundFile, known: KnownFile) -> bool:
    """Does the file begin with what was read of it, up to the end of a record?"""
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
    """Lands the blobs of one feed."""

    def __init__(self, run: LandingRun, feed: Feed, adapter: FolderAdapter) -> None:
        self._run = run
        self._feed = feed
        self._adapter = adapter
        self._connection = run.ledger.connection
        self._table = adapter.table(feed.id_names, BlobBatch.RECORD_TYPE)

    def land(self, files: Sequence[FoundFile]) -> None:
        """Land all of them; what is neither blob nor index is quarantined by the adapter."""
        self._connection.execute("set variable feed_zone = ?", [self._feed.timezone])
        blobs = [file for file in files if self._adapter.record_type(file.name) is not None]
        others = [file for file in files if self._adapter.record_type(file.name) is None]
        for file in others:
            if self._adapter.is_index(file.name):
                self._land_index(file)
        self._run.record()
        with_care = [file for file in others if not self._adapter.is_index(file.name)]
        for batch in self._batches(blobs, with_care):
            with_care += self._land_batch(batch)
        TableFiles(self._run, self._feed, self._adapter).land(with_care)
        refused = set(self._connection.execute("select file_id from files where file_quarantined").fetchall())
        self._warn_of_unlisted([file for file in blobs if (file.file_id,) not in refused])

    # ---- indexes --------------------------------------------------------------------------------------

    def _land_index(self, file: FoundFile) -> None:
        """An index holds no records, but has its line in the books: it can be missing or unreadable."""
        try:
            self._adapter.read_index(file.path)
            self._run.books(file).checksum = _checksum(file)
        except UnreadableFile as problem:
            self._run.quarantine_file(file, problem, _checksum(file))

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

    # ---- blobs ----------------------------------------------------------------------------------------

    def _batches(self, files: Sequence[FoundFile], with_care: list[FoundFile]) -> Iterator[list[Blob]]:
        """Blobs that can be read together; any other file goes into `with_care`."""
        batch: list[Blob] = []
        size = 0
        for file in files:
            blob = open_blob(file, self._adapter) if file.size_bytes <= BATCH_BYTES else None
            if blob is None:
                with_care.append(file)
                continue
            batch.append(blob)
            size += len(blob.body)
            if size >= BATCH_BYTES or len(batch) >= BATCH_BLOBS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _land_batch(self, blobs: Sequence[Blob]) -> list[FoundFile]:
        """Land what is in order; return the files of the other blobs."""
        batch = BlobBatch(self._connection, self._run.home, self._table)
        refused_blobs = batch.load(blobs)
        landed = [blob for blob in blobs if blob.file.file_id not in refused_blobs]
        self._write(batch, landed)
        readable = batch.readable()
        ignored = batch.ignored()
        bad = batch.refused({blob.file.file_id: blob for blob in landed})
        nothing = TableReading(self._adapter.name, None, 0)
        for blob in landed:
            counts = readable.get(blob.file.file_id, {})
            reading = replace(
                nothing,
                readable=counts.get(BlobBatch.READABLE, 0),
                nulled={name: count for name, count in counts.items() if name != BlobBatch.READABLE},
                ignored=ignored.get(blob.file.file_id, {}),
                bad=bad.get(blob.file.file_id, ()),
            )
            keep_books(self._run, blob.file, reading, blob.checksum)
            # It may have grown since it was found: the next build reads on where this one ended.
            self._run.books(blob.file).size_bytes = blob.start + len(blob.body)
        self._run.record()
        return [blob.file for blob in blobs if blob.file.file_id in refused_blobs]

    def _write(self, batch: BlobBatch, blobs: Sequence[Blob]) -> None:
        rows = batch.rows(quoted(self._feed.name))
        if rows.num_rows == 0:
            return
        first = blobs[0]
        # A blob that is read on begins another batch: the content tells the two apart.
        token = f"{first.file.file_id:016x}-{first.checksum[:16]}"
        parts = self._run.part_writer(self._adapter.name, self._feed.name).write_rows(rows, token)
        self._run.add_parts(parts)
        if _has_values(rows, "ip") or _has_values(rows, "user_agent"):
            self._run.enrichment.gather_parts(self._run.home, parts)


def _has_values(rows: pa.Table, name: str) -> bool:
    return bool(rows.column(name).null_count < rows.num_rows)


def _checksum(file: FoundFile) -> str | None:
    try:
        return checksum_of(file.path)
    except OSError:
        return None
