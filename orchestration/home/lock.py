"""The lock on a home, which lets one build write at a time; the kernel frees it when the process dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from orchestration.errors import HomeIsBusyError
from orchestration.home import permissions

#: How long a build asks for the lock at least, in seconds: `holder` takes it for an instant to see whether it
#: is free.
_AT_LEAST = 0.25
_PAUSE = 0.05
_LONG_PAUSE = 1.0


@contextlib.contextmanager
def hold(path: Path, wait: float = 0, told: Callable[[str], object] = lambda _: None) -> Iterator[None]:
    """Hold the lock on the file during the block; the kernel releases it if the process dies.

    wait: seconds to wait for another build that holds it, before `HomeIsBusyError` is raised. told: called
    with who holds it, once, when waiting begins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as handle:
        if not _is_taken(handle, _AT_LEAST):
            if wait:
                told(f"{_holder_of(path, handle)}; waiting for it")
            if not (wait and _is_taken(handle, wait)):
                raise HomeIsBusyError(_busy_message(path, handle))
        handle.seek(0)
        handle.truncate()
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        try:
            with permissions.for_the_owner():
                yield
        finally:
            handle.seek(0)
            handle.truncate()
            handle.flush()
            fcntl.flock(handle, fcntl.LOCK_UN)


def _is_taken(handle: IO[str], seconds: float) -> bool:
    """Ask for the lock for so many seconds; return whether it was given."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up:
                return False
            time.sleep(min(_LONG_PAUSE, max(seconds / 5, _PAUSE)))
        else:
            return True


def holder(path: Path) -> int | None:
    """Return the process id of the build that holds the lock; None if nobody does.

    Asks the kernel, because the id in the file may be of a killed build and now belong to another process.
    """
    if not path.exists():
        return None
    with path.open("r", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _pid(handle)
        return None


def _pid(handle: IO[str]) -> int | None:
    handle.seek(0)
    text = handle.read().strip()
    return int(text) if text.isdigit() else None


def _holder_of(path: Path, handle: IO[str]) -> str:
    pid = _pid(handle)
    who = f"process {pid}" if pid else "another process"
    return f"another build ({who}) is writing to {path.parent}"


def _busy_message(path: Path, handle: IO[str]) -> str:
    return f"{_holder_of(path, handle)}: wait until it has finished, then run this again"
