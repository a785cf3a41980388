"""A landing run: reads every file of the landing zone that was not read before, and returns a report."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import chain, groupby
from pathlib import Path

from ingestion.adapters.adapter import FolderAdapter
from ingestion.adapters.registry import ADAPTERS
from ingestion.config import Config
from ingestion.erasure.anonymise import Anonymiser
from ingestion.errors import LandingError
from ingestion.files.blocks import BLOCK_BYTES
from ingestion.files.compression import checksum_of
from ingestion.files.tables.cdm_folder import unread_rest
from ingestion.landing.batch import LandingReport, LandingRun, Progress
from ingestion.landing.discovery import Discovery, discover
from ingestion.landing.feed import FoundFile
from ingestion.landing.feed_files import land_feed
from ingestion.landing.objects.spool import Spool
from ingestion.landing.parquet_files import remove_orphans
from ingestion.ledger import KnownFile, Ledger
from ingestion.lookups.enrichment import Enrichment


def land(
    home: Path,
    landing: Path | str,
    config: Config,
    *,
    feeds: Collection[str] | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    progress: Progress | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> LandingReport:
    """Read every file of the chosen feeds and arrival days that was not read before.

    landing: a folder, or the address of a bucket.
    """
    found = discover(landing, config, feeds=feeds, from_day=from_day, to_day=to_day)
    report = LandingReport(warnings=list(found.warnings), left_aside=found.warnings)
    spool = Spool(home)
    with Ledger(home) as ledger:
        report.orphans_removed = remove_orphans(home, ledger.connection)
        known = ledger.known_files()
        _refuse_new_names(known, found, spool)
        _report_vanished(ledger, known, found, report, feeds, from_day, to_day)
        anonymiser = Anonymiser.of_home(home)
        enrichment = Enrichment(ledger.connection, anonymiser.stands_for if anonymiser else None)
        run = LandingRun(home, ledger, enrichment, report, progress, anonymiser)
        for feed, files in groupby(found.files, key=lambda file: file.feed):
            looked_at = _to_look_at(ledger, list(files), known, report)
            keeps_days = isinstance(ADAPTERS[feed.adapter], FolderAdapter)
            for batch in spool.at_hand(looked_at, keeps_days=keeps_days):
                new = [
                    unread
                    for file in batch
                    if (unread := _unread(ledger, file, known.get(file.file_id), report)) is not None
                ]
                if new:
                    land_feed(run, feed, new, block_bytes)
    report.warnings += spool.missed.warnings_of_gone()
    refused = spool.missed.warnings_of_refused()
    report.left_aside += refused
    report.warnings += refused
    return report


def _to_look_at(
    ledger: Ledger, files: list[FoundFile], known: dict[int, KnownFile], report: LandingReport
) -> list[FoundFile]:
    """Return the files of a feed that are new or may have changed, and the indexes that they belong to.

    A file that has changed is compared with what was read of it once; then it is told of by its version.
    """
    adapter = ADAPTERS[files[0].feed.adapter]
    opened = [file for file in files if file.file_id in known and not known[file.file_id].is_unopened]
    same = {file.file_id for file in opened if known[file.file_id].version == file.version}
    changed = {file.file_id for file in opened if known[file.file_id].changed_to == file.version_text} - same
    if isinstance(adapter, FolderAdapter):
        days = {file.arrival_date for file in files if file.file_id not in same | changed}
        indexes = {
            file.file_id for file in files if adapter.is_index(file.name) and file.arrival_date in days
        }
        same, changed = same - indexes, changed - indexes
    report.unchanged_files += len(same | changed)
    ledger.set_state([file_id for file_id in same if known[file_id].state != "read"], "read")
    for file in files:
        if file.file_id in changed:
            _report_change(ledger, file, known[file.file_id], report)
    return [file for file in files if file.file_id not in same | changed]


def _refuse_new_names(known: dict[int, KnownFile], found: Discovery, spool: Spool) -> None:
    """Raise `LandingError` if a feed was renamed: its files would be read again and count twice."""
    of_lost_feeds = {
        (file.arrival_date, file.file, file.size_bytes): file
        for file in known.values()
        if file.feed not in found.names and not file.file_quarantined and file.size_bytes
    }
    alike = [
        file
        for file in found.files
        if file.file_id not in known and (file.arrival_date, file.name, file.size_bytes) in of_lost_feeds
    ]
    for file in chain.from_iterable(spool.at_hand(alike)):
        before = of_lost_feeds[file.arrival_date, file.name, file.size_bytes]
        if checksum_of(file.path) == before.checksum:
            raise LandingError(
                f"{file.feed.name}/{file.arrival_date}/{file.name} was read before as a file of the feed"
                f" `{before.feed}`, and would count twice. Keep the feed's name, `{before.feed}`, in"
                " touchpoint.yml; or move ledger.duckdb out of the home and build again: every file that is"
                " still in the landing zone is read anew."
            )


def _unread(
    ledger: Ledger, file: FoundFile, known: KnownFile | None, report: LandingReport
) -> FoundFile | None:
    """Return the file if it or its end is still to be read; else None, with a warning if it changed."""
    if known is None:
        return file
    adapter = ADAPTERS[file.feed.adapter]
    if isinstance(adapter, FolderAdapter) and (rest := unread_rest(adapter, file, known)) is not None:
        return rest
    if known.is_unopened and _can_be_opened(file):
        return file
    report.unchanged_files += 1
    if known.version == file.version:
        if known.state != "read":
            ledger.set_state([file.file_id], "read")
        return None
    if known.checksum is not None and checksum_of(file.path) == known.checksum:
        # The content is the one that was read: only the file's time changed, or it was still growing when
        # listed.
        ledger.touch(file.file_id, file.size_bytes, file.modified_at, file.etag)
        return None
    _report_change(ledger, file, known, report)
    return None


def _report_change(ledger: Ledger, file: FoundFile, known: KnownFile, report: LandingReport) -> None:
    """Say that a file's content is no longer the one that was read."""
    if (known.state, known.changed_to) != ("changed", file.version_text):
        ledger.set_changed(file.file_id, file.version_text)
    advice = (
        "changed after it was found unreadable. `touchpoint replay` reads it again."
        if known.file_quarantined
        else "changed after it was read; what was read first still counts. Restore it, and deliver the new"
        " content under a new name."
    )
    report.changed.append(f"{file.feed.name}/{file.arrival_date}/{file.name}: {advice}")
    report.warnings.append(report.changed[-1])


def _can_be_opened(file: FoundFile) -> bool:
    if not file.path.is_file():  # opening a pipe would wait for its writer
        return False
    try:
        file.path.open("rb").close()
    except OSError:
        return False
    return True


def _report_vanished(
    ledger: Ledger,
    known: dict[int, KnownFile],
    found: Discovery,
    report: LandingReport,
    feeds: Collection[str] | None,
    from_day: date | None,
    to_day: date | None,
) -> None:
    present = {file.file_id for file in found.files}
    missing = [
        file
        for file in known.values()
        if file.file_id not in present
        and (feeds is None or file.feed in feeds)
        and (from_day is None or file.arrival_date >= from_day)
        and (to_day is None or file.arrival_date <= to_day)
    ]
    ledger.set_state([file.file_id for file in missing if file.state != "vanished"], "vanished")
    report.warnings += [
        f"{file.feed}/{file.arrival_date}/{file.file}: no longer in the landing zone; what was read of it"
        " still counts. Restore it: a full rebuild of the home would miss it."
        for file in missing
    ]
