"""Ends a command on SIGINT (Ctrl-C) and SIGTERM (sent by systemd, Docker and Kubernetes), with one line.

The next build repairs what the command left half done, as after a kill.
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

    The command runs in another thread and the main thread only waits. Python runs signal handlers in the main
    thread, which would otherwise return from DuckDB minutes later; and dbt and Dagster replace signal
    handlers if they run in the main thread. The process ends without unwinding the stack, so that no step can
    catch the interruption, or fail because its connections are closed.
    """
    outcome: Future[int] = Future()

    def work() -> None:
        try:
            outcome.set_result(command())
        # Keep any error, also the SystemExit of a usage error: `result` raises it again.
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
        # Ignore an error: stderr may be closed.
        os._exit(128 + number)
