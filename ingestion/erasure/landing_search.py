"""Finds the files of the landing zone that still hold erased people. It changes no file: senders own them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow.compute as pc

from ingestion.config import Config
from ingestion.erasure.record import Suppressions
from ingestion.erasure.text_search import Mentions
from ingestion.errors import UnreadableFile
from ingestion.files.compression import FileStream
from ingestion.landing.discovery import discover
from ingestion.sql import NO_EXTENSIONS, parquet_sql

_CHUNK = 2**22
_PARQUET = b"PAR1"
_ROWS = 2048


@dataclass
class Search:
    """Paths of the landing zone's files that hold an erased person, and of those that could not be read."""

    holding: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def search(
    landing: Path, suppressions: Suppressions, config: Config | None = None, file_ids: Collection[int] = ()
) -> Search:
    """Search every file of the landing zone, also those that a landing run ignores.

    config: names feeds whose folder is elsewhere. file_ids: files that are known to hold an erased person,
        mostly by a short id, which a search of the text cannot tell from other words.
    """
    mentions = Mentions(suppressions)
    found = Search()
    delivered = discover(landing, config or Config()).files
    known = {file.path for file in delivered if file.file_id in file_ids}
    # A feed with a `path` may lie outside the landing zone or inside it.
    elsewhere = {
        file.path for file in delivered if not file.path.is_relative_to(landing) and file.path.is_file()
    }
    for file in sorted({*_files(landing), *elsewhere}):
        name = file.relative_to(landing).as_posix() if file.is_relative_to(landing) else str(file)
        try:
            if file in known or mentions.is_in(os.fsencode(name)) or _holds(file, mentions):
                found.holding.append(name)
        except (UnreadableFile, duckdb.Error, OSError):
            found.unreadable.append(name)
    return found


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
