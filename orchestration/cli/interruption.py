"""Ends a command on SIGINT (Ctrl-C) and SIGTERM (sent by systemd, Docker and Kubernetes), with one line.

What the command left half done, the next build puts right, as after a kill.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import FrameType

from orchestration.cli import console

_STOPPED = "what is published is whole and stays; the same command goes on from here"


def run(command: Callable[[], int]) -> int:
    """Run a command and return its exit code; end the process on SIGINT with 130, on SIGTERM with 143.

    The command runs in a thread of its own and the main thread only waits: Python runs signal handlers in the
    main thread, which would come back from the engine minutes later, and dbt and Dagster put handlers of
    their own in place where they run in the main thread. The process ends without unwinding, so that no
    half-finished step can catch the interruption, or fail while its connections are closed under it.
    """
    outcome: Future[int] = Future()

    def work() -> None:
        try:
            outcome.set_result(command())
        # Whatever it is, `result` raises it again: also the SystemExit of a usage error.
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=work, name="command", daemon=True).start()
    return outcome.result()


def end_on_signals() -> None:
    """From now on, SIGINT and SIGTERM end the process."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)


def _end(number: int, _: FrameType | None) -> None:
    try:
        console.complain(f"stopped by {signal.Signals(number).name}; {_STOPPED}")
    finally:
        # Also where stderr is closed.
        os._exit(128 + number)
