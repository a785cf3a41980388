"""Finds the files of the landing zone that still hold erased people. It changes no file: senders own them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow.compute as pc

from ingestion.config import Config
from ingestion.erasure.anonymise import IDENTITIES, NOTE
from ingestion.erasure.people import fill, rows_by_relation
from ingestion.erasure.record import ADDRESS, CONTACT, VISITOR, Suppressions
from ingestion.erasure.sought import Sought
from ingestion.erasure.text_search import Mentions
from ingestion.errors import UnreadableFile
from ingestion.files.compression import FileStream
from ingestion.landing.discovery import discover
from ingestion.landing.feed import FoundFile
from ingestion.landing.objects.spool import Spool
from ingestion.landing.places import is_address
from ingestion.landing.raw_layer import raw_relations
from ingestion.ledger import Ledger
from ingestion.sql import NO_EXTENSIONS, parquet_sql, quoted

_CHUNK = 2**22
_PARQUET = b"PAR1"
_ROWS = 2048


@dataclass
class Search:
    """Paths of the landing zone's files that hold an erased person, and of those that could not be read."""

    holding: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def search(
    landing: Path | str,
    suppressions: Suppressions,
    config: Config | None = None,
    file_ids: Collection[int] = (),
    spool: Spool | None = None,
    sought: Sought | None = None,
) -> Search:
    """Search every file of the landing zone; in a folder of a disk, also those that a landing run ignores.

    landing: a folder, or the address of a bucket. config: names feeds whose folder is elsewhere. file_ids:
        files that are known to hold an erased person, mostly by a short id, which a search of the text cannot
        tell from other words. spool: brings objects of buckets to the disk. sought: the only people to look
        for; None for everybody in the record.
    """
    mentions = Mentions(suppressions, only=sought.words if sought else None)
    found = Search()
    delivered = discover(landing, config or Config()).files
    known = {file.file_id for file in delivered if file.file_id in file_ids}
    for path, name, is_known in sorted(_on_disk(landing, delivered, known)):
        _look(path, name, is_known, mentions, found)
    objects = [file for file in delivered if file.stored]
    if objects and spool is not None:
        for batch in spool.at_hand(objects):
            for file in batch:
                _look(file.path, _address(file), file.file_id in known, mentions, found)
        missed = [*spool.missed.gone, *(file for file, _ in spool.missed.refused)]
        found.unreadable += [_address(file) for file in missed]
    return found


def _look(path: Path, name: str, is_known: bool, mentions: Mentions, found: Search) -> None:
    """Note a file that holds an erased person, in its name or content, or that cannot be read."""
    try:
        if is_known or mentions.is_in(os.fsencode(name)) or _holds(path, mentions):
            found.holding.append(name)
    except (UnreadableFile, duckdb.Error, OSError):
        found.unreadable.append(name)


def _on_disk(
    landing: Path | str, delivered: Collection[FoundFile], known: Collection[int]
) -> Iterator[tuple[Path, str, bool]]:
    """Yield files on a disk: path, name, and whether they are known to hold an erased person."""
    root = None if is_address(landing) else Path(landing)
    ours = {file.path for file in delivered if file.file_id in known and not file.stored}
    # A feed with a `path` may lie outside the landing zone or inside it.
    elsewhere = {
        file.path
        for file in delivered
        if not file.stored and not (root and file.path.is_relative_to(root)) and file.path.is_file()
    }
    for path in {*(_files(root) if root else ()), *elsewhere}:
        name = path.relative_to(root).as_posix() if root and path.is_relative_to(root) else str(path)
        yield path, name, path in ours


def _address(file: FoundFile) -> str:
    return f"{file.stored.address}/{file.stored.key}" if file.stored else str(file.path)


def _files(landing: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(landing):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _holds(file: Path, mentions: Mentions) -> bool:
    with file.open("rb") as opened:
        is_parquet = opened.read(len(_PARQUET)) == _PARQUET
    if is_parquet:
        return _rows_hold(file, mentions)
    with FileStream(file) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            if mentions.is_in(rest + chunk):
                return True
            # A value may span two chunks: overlap them by the longest value and one byte more, to see the
            # word's edge.
            rest = (rest + chunk)[-(mentions.longest + 1) :]
    return False


def _rows_hold(file: Path, mentions: Mentions) -> bool:
    with duckdb.connect(config=NO_EXTENSIONS) as connection:
        reader = connection.execute(
            f"select cast(to_json(found) as varchar) as text from {parquet_sql([file])} as found"
        ).to_arrow_reader(_ROWS)
        return any(mentions.of(pc.fill_null(batch.column("text"), "")) for batch in reader)


def landing_files(home: Path) -> set[int]:
    """Return the ids of the landing files from which rows or texts about an erased person came."""
    record = Suppressions.load(home)
    if record is None:
        return set()
    with Ledger(home) as ledger:
        connection = ledger.connection
        fill(connection, "erased", record.replacements(CONTACT, ADDRESS, VISITOR))
        sources = [f"select file_id from main.quarantined_records where raw_text = {quoted(NOTE)}"]
        for relation, rows in rows_by_relation(connection, home).items():
            own = [
                f"{name} in (select value from erased)"
                for name in raw_relations()[relation]
                if name in IDENTITIES
            ]
            if own:
                sources.append(f"select file_id from {rows} where {' or '.join(own)}")
        return {file_id for (file_id,) in connection.execute(" union ".join(sources)).fetchall()}
