"""Lands the files of one feed with the reader that fits its adapter: JSON, lines, tables or folders."""

from __future__ import annotations

from ingestion.adapters.adapter import FolderAdapter, JsonAdapter, LineAdapter
from ingestion.adapters.registry import ADAPTERS
from ingestion.files.json_files import JsonFiles
from ingestion.files.line_files import LineFiles
from ingestion.files.tables.cdm_folder import BlobFiles
from ingestion.files.tables.files import TableFiles
from ingestion.landing.batch import LandingRun
from ingestion.landing.feed import Feed, FoundFile


def event_files(run: LandingRun, feed: Feed, block_bytes: int) -> JsonFiles | LineFiles | None:
    """Return the reader of a feed's JSON records or lines; None if all of its files are tables."""
    adapter = ADAPTERS[feed.adapter]
    if isinstance(adapter, LineAdapter):
        return LineFiles(run, feed, adapter, block_bytes=block_bytes)
    core = adapter if isinstance(adapter, JsonAdapter) else adapter.json
    return None if core is None else JsonFiles(run, feed, core, block_bytes=block_bytes)


def land_feed(run: LandingRun, feed: Feed, files: list[FoundFile], block_bytes: int) -> None:
    """Land files of one feed with the reader that fits its adapter."""
    adapter = ADAPTERS[feed.adapter]
    events = event_files(run, feed, block_bytes)
    if isinstance(adapter, JsonAdapter | LineAdapter):
        assert events is not None
        events.land(files)
        return
    tables = TableFiles(run, feed, adapter)
    if isinstance(adapter, FolderAdapter):
        BlobFiles(run, feed, adapter, tables.land).land(files)
        return
    are_tables = {file.file_id: tables.takes(file) for file in files}
    tables.land([file for file in files if are_tables[file.file_id]])
    if events is not None:
        events.land([file for file in files if not are_tables[file.file_id]])
