"""Pages are made in the order in which they were asked for, a few at once; a download waits for none."""

from __future__ import annotations

import threading

import anyio
from starlette.requests import Request
from starlette.responses import Response

from insights_app.server.turns import Turns


def _asked(query: str) -> Request:
    return Request(
        {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": query.encode()}
    )


def test_pages_wait_for_those_before_them_and_downloads_for_none() -> None:
    made: list[str] = []
    may_end = threading.Event()

    def page(request: Request) -> Response:
        name = request.url.query
        if name == "first":
            assert may_end.wait(10)
        made.append(name)
        if "download" in name:
            may_end.set()
        return Response(name)

    async def ask() -> None:
        in_turn = Turns(at_once=1).of(page)
        async with anyio.create_task_group() as tasks:
            for query in ("first", "second", "third", "download=table"):
                tasks.start_soon(in_turn, _asked(query))
                await anyio.sleep(0.02)

    anyio.run(ask)
    assert made == ["download=table", "first", "second", "third"]
