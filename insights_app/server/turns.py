"""Answers pages in turn, a few at once, in the order in which they were asked for.

Pages that are made all at once share the cores, and each takes as long as all of them. In turn, a page waits
only for those before it.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable

import anyio
from anyio.to_thread import run_sync
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

#: Pages made at once: each query of a page uses two cores.
_AT_ONCE = 2

Endpoint = Callable[[Request], Response]


class Turns:
    """The turns of an app's pages."""

    def __init__(self, at_once: int = _AT_ONCE) -> None:
        self._pages = anyio.CapacityLimiter(at_once)

    def of(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        """Return the endpoint, called in a thread when it is its turn; downloads take long, and no turn."""

        @functools.wraps(endpoint)
        async def in_turn(request: Request) -> Response:
            if "download" in request.query_params:
                return await run_in_threadpool(endpoint, request)
            return await run_sync(endpoint, request, limiter=self._pages)

        return in_turn
