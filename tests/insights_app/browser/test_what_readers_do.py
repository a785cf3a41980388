"""What readers do: choose days, follow a number, hover, save a file, print, read without a mouse."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import duckdb
import pyarrow.parquet
import pytest
from playwright.sync_api import Browser, expect

from insights_app.catalogue import kpis
from tests.harness.browser import needs_browser
from tests.insights_app.browser.conftest import ZONE, Tab, opened, serving

pytestmark = needs_browser

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture(scope="module")
def clicked(marts: duckdb.DuckDBPyConnection) -> str:
    """The address of an e-mail whose message the CRM delivered and whose links were clicked."""
    row = marts.execute(
        "select email_id from mart_email_kpis inner join dim_email using (email_id)"
        " where html is not null and clicked_unique > 3 order by 1 limit 1"
    ).fetchone()
    assert row is not None
    return "/emails/" + quote(row[0], safe="")


@pytest.fixture(scope="module")
def journey(marts: duckdb.DuckDBPyConnection) -> str:
    """The id of a journey that many passed."""
    row = marts.execute(
        "select journey_id from mart_journey_kpis where journey_id <> 'unknown' order by entered desc limit 1"
    ).fetchone()
    assert row is not None
    return str(row[0])


def card(tab: Tab, column: str) -> str:
    """What a card of an e-mail KPI shows."""
    label = kpis.by_column("email")[column].label
    summary = tab.page.locator("summary", has_text=re.compile(f"^{re.escape(label)}$"))
    return tab.page.locator(".card").filter(has=summary).locator("strong").inner_text()


def test_chosen_days_and_journey_give_the_marts_number(tab: Tab, marts: duckdb.DuckDBPyConnection) -> None:
    email, name, day, sent = marts.execute(
        "select email_id, journey_id, send_date, sum(sent)::bigint from mart_email_kpis_daily"
        " where journey_id in (select journey_id from dim_journey) and sent > 0 group by all order by all limit 1"
    ).fetchone() or ("", "", "", 0)
    page = tab.open(f"/emails/{quote(email, safe='')}")
    page.locator("[name=from]").fill(str(day))
    page.locator("[name=to]").fill(str(day))
    page.locator("[name=journey]").select_option(name)
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile(f"from={day}.*journey={re.escape(quote(name))}"))
    assert card(tab, "sent") == f"{sent:,}"
    page.get_by_role("link", name="Reset").click()
    page.wait_for_url(lambda url: "from=" not in url)
    total = marts.execute("select sent from mart_email_kpis where email_id = ?", [email]).fetchone() or (0,)
    assert card(tab, "sent") == f"{total[0]:,}"


def test_the_switch_leaves_machines_out(tab: Tab, clicked: str, marts: duckdb.DuckDBPyConnection) -> None:
    tab.open(clicked).get_by_role("link", name="People", exact=True).click()
    tab.page.wait_for_url(re.compile("by=people"))
    rate = marts.execute(
        "select click_rate_human from mart_email_kpis where email_id = ?", [clicked.removeprefix("/emails/")]
    ).fetchone() or (0,)
    assert card(tab, "click_rate") == f"{rate[0] * 100:.{2 if 0 < rate[0] < 0.01 else 1}f} %"


def test_a_kpi_is_explained_in_place(tab: Tab) -> None:
    page = tab.open("/home")
    words = kpis.by_column("email")["sent"].words
    page.locator(".card summary").first.click()
    expect(page.locator(".card p").first).to_be_visible()
    assert page.locator(".card p").first.inner_text().startswith(words[:40])
    page.keyboard.press("Escape")
    expect(page.locator(".card p").first).to_be_hidden()
    page = tab.open("/emails")
    page.get_by_role("button", name="What is").first.press("Enter")
    expect(page.locator(".definition:popover-open")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".definition:popover-open")).to_have_count(0)


def test_a_chart_says_its_figures_where_the_pointer_is(tab: Tab) -> None:
    page = tab.open("/home")
    page.locator("#rates .drawn svg").hover(position={"x": 300, "y": 100})
    expect(page.locator("#vg-tooltip-element.visible")).to_contain_text(re.compile(r"\d %|\d%"))
    page.locator("#rates details.rows summary").click()
    expect(page.locator("#rates details.rows table")).to_be_visible()


def test_a_tile_opens_with_the_keyboard_and_leads_to_its_contacts(
    tab: Tab, journey: str, marts: duckdb.DuckDBPyConnection
) -> None:
    page = tab.open(f"/journeys/{quote(journey, safe='')}")
    tile = page.locator(".tiles a.tile").first
    assert "inflow" in (tile.locator("title").text_content() or "")
    tile.hover()
    tile.focus()
    page.keyboard.press("Enter")
    panel = page.locator("aside#tile")
    expect(panel).to_be_visible()
    chosen = re.search("tile=([^&#]+)", page.url)
    assert chosen is not None
    inflow = marts.execute(
        "select count(*) from fct_journey_passes where journey_id = ? and tile_id = ?",
        [journey, chosen.group(1)],
    ).fetchone() or (0,)
    number = panel.locator("tr", has_text="inflow").get_by_role("link")
    assert number.inner_text() == f"{inflow[0]:,}"
    number.click()
    expect(page.locator("#contacts_of_tiles table")).to_be_visible()


def test_links_light_up_in_the_message_and_in_the_list(tab: Tab, clicked: str) -> None:
    page = tab.open(f"{clicked}?tab=links")
    message = page.frame_locator("iframe.message")
    line, link = page.locator("[data-link='1']"), message.locator("#link-1")
    expect(link).to_be_visible()
    assert re.search(r"\d %", link.get_attribute("title") or "")
    line.hover()
    expect(link).to_have_class(re.compile(r"\blit\b"))
    page.mouse.move(0, 0)
    expect(link).not_to_have_class(re.compile(r"\blit\b"))
    link.focus()
    expect(line).to_have_class(re.compile(r"\blit\b"))


@pytest.mark.parametrize("kind", ["CSV", "Parquet"])
def test_a_file_has_every_row(kind: str, tab: Tab, tmp_path: Path, marts: duckdb.DuckDBPyConnection) -> None:
    page = tab.open("/emails")
    with page.expect_download() as started:
        page.get_by_role("link", name=f"E-mails as {kind}").click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    if kind == "CSV":
        rows = len(list(csv.DictReader(file.open(encoding="utf-8-sig"))))
    else:
        rows = pyarrow.parquet.read_table(file).num_rows
    assert (rows,) == marts.execute("select count(*) from mart_email_kpis").fetchone()


def test_times_are_the_readers_and_say_so(tab: Tab) -> None:
    page = tab.open("/operations")
    expect(page.locator("#zone")).to_have_text(f"times are yours, of {ZONE}")
    built = page.locator("footer time")
    moment = datetime.fromisoformat(built.get_attribute("datetime") or "").astimezone(ZoneInfo(ZONE))
    assert f"{moment:%H:%M}" in built.inner_text()
    assert built.get_attribute("title") != built.inner_text()


def test_every_link_is_reached_with_the_tab_key(tab: Tab, journey: str) -> None:
    for path in ("/home", f"/journeys/{quote(journey, safe='')}"):
        page = tab.open(path)
        page.evaluate(
            "window.reached = new Set(); document.addEventListener('focusin', event => reached.add(event.target))"
        )
        wanted = "a[href], button, input, select, summary"
        for _ in range(page.locator(wanted).count() * 3):
            page.keyboard.press("Tab")
        missed = page.evaluate(
            f"[...document.querySelectorAll('{wanted}')].filter(each => each.checkVisibility() && !reached.has(each))"
            ".map(each => each.outerHTML.slice(0, 120))"
        )
        assert missed == [], path


def test_paper_has_no_menu_and_all_rows(tab: Tab) -> None:
    page = tab.open("/contacts")
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()
    table = page.locator("#contacts .scroll")
    assert table.evaluate("each => each.scrollHeight - each.clientHeight") <= 1


def test_hostile_names_are_text(browser: Browser, small_build: Callable[[str, str], Path]) -> None:
    folder = small_build(
        "hostile",
        f"update dim_email set name = '{HOSTILE}', subject = '{HOSTILE}';"
        f"update mart_email_kpis set email_name = '{HOSTILE}', subject = '{HOSTILE}';"
        f"update dim_journey set name = '{HOSTILE}'; update dim_journey_tile set name = '{HOSTILE}';"
        f"update dim_contact set first_name = '{HOSTILE}'",
    )
    with serving(folder) as address, opened(browser, address) as tab:
        tab.page.on("dialog", lambda dialog: tab.wrong.append(dialog.message))
        page = tab.open("/emails")
        expect(page.locator("#emails tbody tr").first).to_contain_text(HOSTILE)
        page.locator("#emails tbody a").first.click()
        expect(page.locator("h1")).to_have_text(HOSTILE)
        tab.open("/journeys").locator("#journeys tbody a").first.click()
        expect(page.locator(".tiles")).to_be_visible()
        tab.open("/contacts").locator("#contacts tbody a").first.click()
        expect(page.locator("#facts")).to_contain_text(html.unescape(HOSTILE[:10]))
        assert tab.wrong == []


def test_without_a_build_the_page_says_what_to_run(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path) as address, opened(browser, address) as tab:
        page = tab.open("/")
        expect(page.locator("pre")).to_contain_text("touchpoint build")
        expect(page.get_by_role("link", name="Try again")).to_be_visible()
