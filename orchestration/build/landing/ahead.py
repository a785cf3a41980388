"""Runs a function in a background thread before its result is needed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from typing import TypeVar

Result = TypeVar("Result")


@contextlib.contextmanager
def running_ahead(function: Callable[[], Result]) -> Iterator[Future[Result]]:
    """Call a function in a thread and give the future of its result, which raises the function's error.

    If the block raises an error, it leaves only after the function has ended.
    """
    result: Future[Result] = Future()

    def work() -> None:
        try:
            result.set_result(function())
        # Keep any error: who asks for the result gets it, and does not wait for ever.
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=work, name="landing", daemon=True).start()
    try:
        yield result
    except Exception:
        # Wait for the thread: if the home's lock were released now, another build could run beside it.
        wait([result])
        raise
