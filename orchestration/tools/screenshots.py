"""`make screenshots`: pictures of the insights app over the published demo, for the docs.

Needs a chromium on the machine: Playwright brings none of its own here.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import duckdb
import uvicorn
from playwright.sync_api import Browser, expect, sync_playwright

from insights_app.server.access import Rules
from insights_app.server.app import application
from orchestration import connections
from orchestration.cli import console
from orchestration.errors import TouchpointError, UsageError
from orchestration.home import Home
from orchestration.settings import DBT_PROJECT, Settings

FOLDER = DBT_PROJECT.parent / "docs" / "pictures"
_WIDTH = 1200
_MOST_BYTES = 150_000

#: The records that have most to show, by the name that addresses use below.
_RECORDS: Mapping[str, str] = {
    "email": "select email_id from mart_email_kpis inner join dim_email using (email_id)"
    " where html is not null order by clicked_unique desc, 1 limit 1",
    "journey": "select journey_id from dim_journey_tile group by 1 order by count(distinct parent_path) desc,"
    " count(*) desc, 1 limit 1",
    "contact": "select contact_id from mart_contact_timeline where interaction_type like 'email_%'"
    " group by 1 order by count(distinct interaction_type) desc, count(*) desc, 1 limit 1",
}
_TILE = (
    "select tile_id from dim_journey_tile where journey_id = ? and email_id is not null order by 1 limit 1"
)


@dataclass(frozen=True)
class _Picture:
    """A page: what its file is called, its address with records in braces, and as much of it as is seen."""

    name: str
    address: str
    height: int
    scheme: Literal["light", "dark"] = "light"


_PICTURES = (
    _Picture("home", "/home", 820),
    _Picture("email", "/emails/{email}", 860),
    _Picture("links", "/emails/{email}?tab=links", 620),
    _Picture("journey", "/journeys/{journey}?tile={tile}", 760),
    _Picture("contact", "/contacts/{contact}#timeline", 820),
    _Picture("deliverability", "/deliverability", 820, scheme="dark"),
)


def records_of(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The ids of the records that are shown, quoted for addresses."""
    connection.execute("use marts")
    found = {name: connection.execute(query).fetchone() for name, query in _RECORDS.items()}
    ids = {name: str(row[0]) for name, row in found.items() if row}
    tile = connection.execute(_TILE, [ids.get("journey", "")]).fetchone()
    return {
        name: quote(each, safe="") for name, each in (ids | {"tile": str(tile[0]) if tile else ""}).items()
    }


@contextlib.contextmanager
def _serving(published: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = application(published, Rules(), ["127.0.0.1"])
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True).start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True


def _taken(browser: Browser, address: str, picture: _Picture) -> bytes:
    context = browser.new_context(
        viewport={"width": _WIDTH, "height": picture.height},
        color_scheme=picture.scheme,
        timezone_id="UTC",
        locale="en-GB",
    )
    page = context.new_page()
    page.goto(address)
    expect(page.locator("[data-spec]:not([data-drawn])")).to_have_count(0, timeout=60_000)
    # Charts move what an address leads to while they are drawn.
    page.evaluate("document.getElementById(location.hash.slice(1))?.scrollIntoView()")
    png = page.screenshot()
    context.close()
    return png


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pictures; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.tools.screenshots", description=__doc__)
    parser.add_argument("--home", help="the warehouse")
    home = Home(Settings.from_environment(home=parser.parse_args(arguments).home).home)
    try:
        _write(home)
    except TouchpointError as error:
        console.complain(str(error))
        return error.exit_code
    return 0


def _write(home: Home) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        raise UsageError("no chromium on this machine: apt-get install chromium")
    database = home.published / home.insights.name
    if not database.exists():
        raise UsageError(f"nothing is published under {home.root}: run `make demo` first")
    with connections.read(database) as connection:
        records = records_of(connection)
    with _serving(home.published) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for picture in _PICTURES:
            png = _taken(browser, server + picture.address.format_map(records), picture)
            if len(png) > _MOST_BYTES:
                raise UsageError(
                    f"the picture of {picture.name} has {len(png):,} bytes: show less of the page"
                )
            (FOLDER / f"app-{picture.name}.png").write_bytes(png)
            console.say(f"wrote docs/pictures/app-{picture.name}.png ({len(png):,} bytes)")
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
