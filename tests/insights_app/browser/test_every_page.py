"""Every page of every entity, on a desk and on a phone: whole, readable by everybody, and loud about nothing."""

from __future__ import annotations

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from insights_app.catalogue.entities import ENTITIES
from tests.harness.browser import needs_browser
from tests.insights_app.browser.conftest import Tab, opened
from tests.insights_app.test_pages import first_record

pytestmark = needs_browser

#: What a reader can act on must be reached with the Tab key.
UNREACHED = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [onclick], [role=button]')]
    .filter(each => each.checkVisibility() && each.tabIndex < 0).map(each => each.outerHTML.slice(0, 120))"""
#: A page scrolls down only; wide tables and pictures scroll within themselves.
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def pages(marts: duckdb.DuckDBPyConnection) -> list[str]:
    found = ["/search?q=news", "/search?q=nothing+is+called+so"]
    for entity in ENTITIES:
        found += [f"/{entity.path}"] if entity.listed else []
        found += [f"/{entity.path}{first_record(marts, entity)}?tab={tab.name}" for tab in entity.tabs]
    return found


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")], ids=["desk", "phone"])
def test_a_page_is_sound(
    width: int, scheme: str, browser: Browser, address: str, marts: duckdb.DuckDBPyConnection
) -> None:
    wrong: dict[str, list[str]] = {}
    with opened(browser, address, width, scheme) as tab:
        for path in pages(marts):
            found = troubles_of(tab, path)
            if found:
                wrong[path] = found
    assert wrong == {}


def troubles_of(tab: Tab, path: str) -> list[str]:
    tab.wrong.clear()
    page = tab.open(path)
    found = [f"{page.locator('h1').count()} headings"] if page.locator("h1").count() != 1 else []
    found += [f"{page.evaluate(TOO_WIDE)} px too wide"] if page.evaluate(TOO_WIDE) > 0 else []
    found += [f"no key reaches {each}" for each in page.evaluate(UNREACHED)]
    found += ["a chart was not drawn"] * page.locator(".plot.failed").count()
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] in ("serious", "critical"):
            found.append(f"{violation['id']}: {violation['nodes'][0]['html'][:160]}")
    return found + tab.wrong
