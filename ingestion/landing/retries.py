"""Tries work again that failed for a reason which often passes by itself: a disk or network that hiccups.

What is worth another try is the caller's to say; here is only how often, and after which pause.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Result = TypeVar("Result")

#: Seconds before the second try, the third and so on.
PAUSES: Sequence[float] = (0.5, 2, 8)
#: Numbers of system errors that a network file system or a loose cable gives, and that often pass.
PASSING = frozenset(
    {
        *(errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH),
        *(errno.ENETDOWN, errno.ENETUNREACH, errno.ENETRESET, errno.ECONNRESET, errno.ECONNABORTED),
        *(errno.EREMOTEIO, errno.ENOTCONN, errno.EAGAIN, errno.EINTR),
    }
)


def is_passing(error: BaseException) -> bool:
    """Whether an error of the system often passes by itself."""
    return isinstance(error, OSError) and error.errno in PASSING


def patiently(
    work: Callable[[], Result],
    may_pass: Callable[[Exception], bool] = is_passing,
    *,
    pauses: Sequence[float] | None = None,
    before_pause: Callable[[Exception, float], None] = lambda *_: None,
) -> Result:
    """Return what `work` returns; where it fails with an error that may pass, try again after each pause.

    The error of the last try is raised. pauses: default PAUSES. before_pause: told the error and the seconds.
    """
    for pause in PAUSES if pauses is None else pauses:
        try:
            return work()
        except Exception as error:
            if not may_pass(error):
                raise
            before_pause(error, pause)
            time.sleep(pause)
    return work()
