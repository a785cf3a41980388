"""Wraps every step in Dagster: takes the home's lock, and reports failures in plain words.

The first step that runs takes the lock, and the run releases it at its end. If another build holds the home,
Dagster retries the step some times before it gives up.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg

from orchestration.build.disk_errors import PAUSES, may_pass
from orchestration.errors import HomeIsBusyError, TouchpointError
from orchestration.home import lock

#: Dagster's pool of all steps that write to the home: its limit of one allows one run at a time.
POOL = "touchpoint_home"
#: Owners of every asset, as Dagster shows them.
OWNERS = ["data-team@example.com"]

Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext | dg.OpExecutionContext


class HomeLock:
    """The lock on a home for the length of a run.

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
        """Take the lock, unless this run has it; if the home is busy, ask Dagster to retry the step.

        Raises `HomeIsBusyError` after the last try.
        """
        if self._is_held:
            return
        try:
            self._held.enter_context(lock.hold(self._file))
        except HomeIsBusyError as error:
            if context.retry_number >= self._tries:
                raise
            context.log.info(f"{error}; trying again in {self._seconds} seconds")
            raise dg.RetryRequested(self._tries, self._seconds) from error
        self._is_held = True

    def in_background(self, work: Callable[[], None]) -> None:
        """Do work in a thread.

        The home's lock is not released before the work ends, even if the run is stopped.
        """
        thread = threading.Thread(target=work, name="dbt", daemon=True)
        self._held.callback(thread.join)
        thread.start()


class HeldByCaller(HomeLock):
    """The lock of a home that the run's starter already holds."""

    def __init__(self, held: contextlib.ExitStack) -> None:
        super().__init__(Path(), held, tries=0, seconds=0)
        self._is_held = True


@contextlib.contextmanager
def plain_failures(context: Context | None = None) -> Iterator[None]:
    """Report a `TouchpointError` of the block to Dagster by its message, without stack trace, not to be
    retried.

    context: the step's; an error that often passes then lets Dagster try the step again after a pause.
    """
    try:
        yield
    except Exception as error:
        tried = context.retry_number if context else len(PAUSES)
        if context and tried < len(PAUSES) and may_pass(error):
            context.log.warning(f"{error}; trying again in {PAUSES[tried]:g} seconds")
            raise dg.RetryRequested(len(PAUSES), PAUSES[tried]) from error
        if isinstance(error, TouchpointError):
            raise dg.Failure(str(error), allow_retries=False) from error
        raise


@contextlib.contextmanager
def step(context: Context, home_lock: HomeLock) -> Iterator[None]:
    """Do the work of a step in the `with` block: with the home's lock, with failures in plain words."""
    with plain_failures(context):
        home_lock.take(context)
        yield
