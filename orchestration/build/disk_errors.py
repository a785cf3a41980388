"""Recognises errors of the disk (full, forbidden, damaged files) and of too little memory, and says what to
do about them; and errors that often pass by themselves, so that the step is tried again.

Python's OSError carries an error number. DuckDB, Arrow and dbt pass on only text, but that text contains the
operating system's words for the number (`os.strerror`), by which it is found. Damage to a file is not an
error of the operating system: it is recognised by the words of DuckDB and Arrow.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterator, Sequence

import duckdb

from engines.engine import Engine
from ingestion.errors import StoreError
from ingestion.landing.retries import PASSING
from ingestion.ledger import is_damage
from ingestion.sql import MEMORY_VARIABLE, memory_limit
from orchestration.errors import DbtError, TouchpointError

_FULL = "the disk is full: make room, then run this again"
_FORBIDDEN = "the system forbids it: give this user the right, then run this again"
_READ_ANEW = (
    "move ledger.duckdb out of the home and run this again, and every file still in the landing zone is read"
    " anew"
)
#: Error number -> advice on what to do.
_ADVICE = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "a file may not grow any more: raise the limit on file sizes, then run this again",
    errno.EROFS: "the disk cannot be written: make it writable, then run this again",
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
}
#: Words of DuckDB and Arrow in errors about a Parquet file that is damaged or missing.
_DAMAGED_FILE = re.compile(
    r"(?i)magic bytes (not )?found|too small to be a Parquet file|Parquet file size is"
)
_MISSING_FILE = re.compile(r"Failed to open local file|No files found that match the pattern")
#: How DuckDB begins the error of a query that needs more memory than it is given.
_OUT_OF_MEMORY = "Out of Memory Error"

#: Words of the operating system for errors that often pass.
_PASSING_WORDS = tuple(os.strerror(number) for number in sorted(PASSING - {errno.EAGAIN, errno.EINTR}))
#: Seconds before a step that met such an error is tried again.
PAUSES: Sequence[float] = (5, 30, 120)


class DamagedBuildError(TouchpointError):
    """A build file cannot be read; all of its content can be rebuilt from the landed files."""


def advice_on(words: str) -> str | None:
    """Return advice for a tool's error message; None if neither disk nor memory is to blame."""
    for number, advice in _ADVICE.items():
        if os.strerror(number) in words:
            return advice
    if _DAMAGED_FILE.search(words):
        return f"a raw file is damaged: {_READ_ANEW}"
    if _MISSING_FILE.search(words):
        return f"a raw file is gone: restore it; or {_READ_ANEW}"
    if _OUT_OF_MEMORY in words:
        return (
            f"DuckDB may use {memory_limit()} of memory, which was too little: set the variable"
            f" {MEMORY_VARIABLE} higher, then run this again"
        )
    return None


def advice_on_error(error: BaseException) -> str | None:
    """Return advice for an error of disk or memory, or for one that caused it; None if there is none."""
    for each in _chain(error):
        number = each.errno if isinstance(each, OSError) else None
        if advice := _ADVICE.get(number or 0) or advice_on(str(each)):
            return f"{advice} ({_first_line(str(each))})"
    return None


def may_pass(error: Exception) -> bool:
    """Whether an error, or one that caused it, often passes by itself: of the network or a network disk."""
    return any(
        each.may_pass
        if isinstance(each, StoreError)
        else (isinstance(each, OSError) and each.errno in PASSING)
        or (isinstance(each, duckdb.Error | DbtError) and any(words in str(each) for words in _PASSING_WORDS))
        for each in _chain(error)
    )


def stop_if_failing(words: str) -> None:
    """Raise `TouchpointError` if an error message is about disk or memory, `DamagedBuildError` if it is about
    a build file.
    """
    if is_damage(words):
        raise DamagedBuildError(
            "a build file was damaged, and is removed: run this again, and every table is made anew"
        )
    if advice := advice_on(words):
        raise TouchpointError(f"{advice} ({_first_line(words)})")


@contextlib.contextmanager
def removing_damage(engine: Engine) -> Iterator[None]:
    """In the `with` block, replace errors of the engine and of dbt as `stop_if_failing` does.

    Remove damaged tables.
    """
    known: tuple[type[Exception], ...] = (*engine.errors(), DbtError)
    try:
        try:
            yield
        except known as error:
            stop_if_failing(str(error))
            raise
    except DamagedBuildError:
        engine.remove()
        raise


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or each.__context__


def _first_line(words: str) -> str:
    return words.strip().split("\n")[0]
