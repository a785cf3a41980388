"""A browser, the app behind an address, and tabs that keep what went wrong in them."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from insights_app.server.access import Rules
from insights_app.server.app import application
from tests.harness.browser import BROWSER, MISSING

#: Far from the reporting zone of the world, which is UTC.
ZONE = "America/Los_Angeles"


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The app over a published folder, in a thread; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(
            uvicorn.Config(application(folder, Rules(), ["127.0.0.1"]), log_level="error")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture(scope="module")
def address(published: Path) -> Iterator[str]:
    """The app over the small world."""
    with serving(published) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a module."""
    assert BROWSER, MISSING
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class Tab:
    """A page, and what it did that no page may do: errors, and requests to anybody but the server."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page, and wait until its charts are drawn."""
        self.page.goto(self.address + path, wait_until="load")
        # Asked from outside: a page's policy lets no text be run in it.
        expect(self.page.locator("[data-spec]:not([data-drawn])")).to_have_count(0, timeout=20_000)
        return self.page


@pytest.fixture
def tab(browser: Browser, address: str) -> Iterator[Tab]:
    """A tab of a desktop."""
    with opened(browser, address) as found:
        yield found
        assert found.wrong == []


@contextlib.contextmanager
def opened(browser: Browser, address: str, width: int = 1280, scheme: str = "light") -> Iterator[Tab]:
    """A tab of some width, in the light or dark scheme."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id=ZONE,
        locale="en-GB",
    )
    found = Tab(context.new_page(), address)
    context.on(
        "console",
        lambda said: found.wrong.append(said.text) if said.type in ("error", "warning") else None,
    )
    context.on("weberror", lambda error: found.wrong.append(str(error.error)))
    context.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((address, "data:")) else found.wrong.append(f"asked {asked.url}")
        ),
    )
    yield found
    context.close()
