"""What the disk refuses and what it has damaged, told from what the tools say.

Belongs here: recognising a full disk, a forbidden folder, a damaged file; and removing build files, which can
always be made again. Does not belong here: when that is done (`run.py`).
"""

from __future__ import annotations

import contextlib
import errno
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from ingestion.ledger import is_damage
from orchestration import connections
from orchestration.errors import TouchpointError
from orchestration.home import Home

_TROUBLES = {
    r"No space left on device|Disk quota exceeded": "the disk is full: make room, then run this again",
    r"File too large": "a file may not grow any more: raise the limit on file sizes, then run this again",
    r"Read-only file system": "the disk cannot be written: make it writable, then run this again",
    r"Permission denied|Operation not permitted": "the system forbids it: give this user the right, then run"
    " this again",
    r"(?i)magic bytes (not )?found|too small to be a Parquet file|Parquet file size is": "a raw file is"
    " damaged: move ledger.duckdb out of the home and run this again, and every file still in the landing"
    " zone is read anew",
    r"Failed to open local file|No files found that match the pattern": "a raw file is gone: restore it; or"
    " move ledger.duckdb out of the home and run this again, and every file still in the landing zone is read"
    " anew",
}
_BY_NUMBER = {
    errno.ENOSPC: "No space left on device",
    errno.EDQUOT: "Disk quota exceeded",
    errno.EFBIG: "File too large",
    errno.EROFS: "Read-only file system",
    errno.EACCES: "Permission denied",
    errno.EPERM: "Operation not permitted",
}


class DamagedBuildError(TouchpointError):
    """A build file cannot be read; everything in it can be made again from what was landed."""


def trouble(words: str) -> str | None:
    """Say what the disk refused and what to do, None where a tool's words are about something else."""
    for pattern, advice in _TROUBLES.items():
        if re.search(pattern, words):
            return advice
    return None


def trouble_behind(error: BaseException) -> str | None:
    """Say it of an error, or of the one that caused it."""
    for each in _chain(error):
        number = each.errno if isinstance(each, OSError) else None
        if advice := trouble(_BY_NUMBER.get(number or 0, str(each))):
            return f"{advice} ({_first_line(each)})"
    return None


def stop_if_failing(words: str) -> None:
    """Refuse to go on where what failed is the disk, not the data."""
    if is_damage(words):
        raise DamagedBuildError(
            "a build file was damaged, and is removed: run this again, and every table is made anew"
        )
    if advice := trouble(words):
        raise TouchpointError(f"{advice} ({words.strip().splitlines()[0]})")


def build_files_are_sound(home: Home) -> bool:
    """Whether both build files are there and open; reading on may still find damage."""
    return all(path.exists() for path in (home.work, home.insights)) and all(
        _opens(path) for path in (home.work, home.insights)
    )


def remove_build_files(home: Home) -> None:
    """Take away both build files: the next build makes everything anew."""
    for database in (home.work, home.insights):
        for path in (database, database.with_name(f"{database.name}.wal")):
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def removing_damage(home: Home) -> Iterator[None]:
    """Remove the build files if one proves damaged on the way, and say what else the disk refuses."""
    try:
        try:
            yield
        except duckdb.Error as error:
            stop_if_failing(str(error))
            raise
    except DamagedBuildError:
        remove_build_files(home)
        raise


def _opens(database: Path) -> bool:
    try:
        connections.write(database).close()
    except duckdb.Error as error:
        if is_damage(str(error)):
            return False
        raise
    return True


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or each.__context__


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0]
