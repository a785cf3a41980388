"""What surrounds the work of every step in Dagster: the home's lock, and failures in plain words.

The first step that runs takes the lock, and the run gives it back at its end. Where another build holds the
home, Dagster tries the step again some times before it gives up.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg

from orchestration.errors import HomeIsBusyError, TouchpointError
from orchestration.home import lock

#: Everything that writes to the home shares one pool: with a limit of one, one run at a time.
POOL = "touchpoint_home"
#: Whom Dagster names as the owners of every asset.
OWNERS = ["data-team@example.com"]

Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext


class HomeLock:
    """The lock on a home for as long as a run is at work.

    file: the lock file. held: closed at the end of the run. tries: how often Dagster tries a step again while
    another build holds the home. seconds: between two tries.
    """

    def __init__(self, file: Path, held: contextlib.ExitStack, tries: int, seconds: int) -> None:
        self._file = file
        self._held = held
        self._tries = tries
        self._seconds = seconds
        self._is_held = False

    def take(self, context: Context) -> None:
        """Take the lock, unless this run has it; ask Dagster to try the step again where the home is busy.

        Raises `HomeIsBusyError` after the last try.
        """
        if self._is_held:
            return
        try:
            self._held.enter_context(lock.hold(self._file))
        except HomeIsBusyError as error:
            if context.op_execution_context.retry_number >= self._tries:
                raise
            context.log.info(f"{error}; trying again in {self._seconds} seconds")
            raise dg.RetryRequested(self._tries, self._seconds) from error
        self._is_held = True

    def in_background(self, work: Callable[[], None]) -> None:
        """Do work in a thread; the home is not given back before it has ended, also if the run is stopped."""
        thread = threading.Thread(target=work, name="dbt", daemon=True)
        self._held.callback(thread.join)
        thread.start()


class HeldByCaller(HomeLock):
    """The lock of a home that whoever started the run holds already."""

    def __init__(self, held: contextlib.ExitStack) -> None:
        super().__init__(Path(), held, tries=0, seconds=0)
        self._is_held = True


@contextlib.contextmanager
def plain_failures() -> Iterator[None]:
    """Show a message for the user as it is, without a stack trace, and do not try again."""
    try:
        yield
    except TouchpointError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


@contextlib.contextmanager
def step(context: Context, home_lock: HomeLock) -> Iterator[None]:
    """Do the work of a step in the block: with the home's lock, with failures in plain words."""
    with plain_failures():
        home_lock.take(context)
        yield
