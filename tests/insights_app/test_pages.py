"""Every page shows what the marts hold, for every entity, tab and filter."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any
from urllib.parse import quote

import duckdb
import pyarrow.parquet
import pytest
from starlette.testclient import TestClient

from insights_app.catalogue import blocks, kpis, queries
from insights_app.catalogue.entities import ENTITIES
from insights_app.pages.filled import tables

#: Where the ids of an entity's records are, and the column.
RECORDS = {
    "emails": ("mart_email_kpis", "email_id"),
    "journeys": ("mart_journey_kpis", "journey_id"),
    "contacts": ("dim_contact", "contact_id"),
    "segments": ("mart_segment_daily", "segment_id"),
    "leads": ("mart_lead_insights", "lead_id"),
    "scoring_models": ("mart_lead_scores", "lead_scoring_model_id"),
    "pages": ("mart_page_kpis", "page_id"),
    "forms": ("mart_form_kpis", "form_id"),
    "websites": ("mart_website_daily", "website_id"),
    "redirect_urls": ("mart_redirect_url_daily", "redirect_url_id"),
}
SCREENS = [(entity, tab) for entity in ENTITIES for tab in entity.tabs]


def first_record(marts: duckdb.DuckDBPyConnection, entity: blocks.Entity) -> str:
    if entity.name not in RECORDS:
        return ""
    table, column = RECORDS[entity.name]
    row = marts.execute(
        f"select {column} from {table} where {column} <> 'unknown' order by all limit 1"
    ).fetchone()
    assert row is not None
    return "/" + quote(row[0], safe="")


def cards(page: str) -> dict[str, str]:
    """The label of each card and what it shows."""
    found = re.findall(
        r'<div class="card"><dt>.*?<summary>(.*?)</summary>.*?<strong>(.*?)</strong>', page, re.DOTALL
    )
    return {html.unescape(label): html.unescape(value) for label, value in found}


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_a_list_names_its_records(
    entity: blocks.Entity, client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    answer = client.get(f"/{entity.path}")
    assert answer.status_code == 200
    if entity.name in RECORDS:
        table, column = RECORDS[entity.name]
        assert f'href="/{entity.path}/' in answer.text
        (count,) = marts.execute(f"select count(distinct {column}) from {table}").fetchone() or (0,)
        assert count > 0


@pytest.mark.parametrize(("entity", "tab"), SCREENS, ids=lambda value: value.name)
@pytest.mark.parametrize("chosen", ["", "&from=2026-01-03&to=2026-01-06&by=people"])
def test_every_tab_opens(
    entity: blocks.Entity, tab: blocks.Tab, chosen: str, client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    answer = client.get(f"/{entity.path}{first_record(marts, entity)}?tab={tab.name}{chosen}")
    assert answer.status_code == 200
    for block in tab.blocks:
        assert f'id="{block.query}"' in answer.text
    assert "kind-unavailable" not in answer.text


@pytest.mark.parametrize("by", ["all", "people"])
def test_an_emails_cards_are_the_marts_numbers(
    by: str, client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    ending = "_human" if by == "people" else ""
    rows = marts.execute(
        f"select email_id, sent, delivered, open_rate{ending}, click_rate{ending}, click_to_open_rate{ending},"
        " bounce_rate, generated_leads from mart_email_kpis"
    ).fetchall()
    labels = kpis.by_column("email")
    for email, sent, delivered, opened, clicked, click_to_open, bounced, leads in rows:
        shown = cards(client.get(f"/emails/{quote(email, safe='')}?by={by}").text)
        expected: dict[str, Any] = {
            "sent": f"{sent:,}",
            "delivered": f"{delivered:,}",
            "open_rate": rate(opened),
            "click_rate": rate(clicked),
            "click_to_open_rate": rate(click_to_open),
            "bounce_rate": rate(bounced),
            "generated_leads": f"{leads:,}",
        }
        assert {name: shown[labels[name].label] for name in expected} == expected, email


@pytest.mark.parametrize("by", ["all", "people"])
def test_blocks_of_an_email_leave_machines_out_alike(
    by: str, client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    ending = "_human" if by == "people" else ""
    email, opens, clicks = marts.execute(
        f"select email_id, opened_total{ending}, clicked_total{ending} from mart_email_kpis"
        " order by opened_total - opened_total_human desc limit 1"
    ).fetchone() or ("", 0, 0)
    for block in ("geography", "devices", "clients", "responses", "top_links"):
        answer = client.get(f"/emails/{email}?by={by}&download={block}&format=csv")
        lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        if block == "top_links":
            assert sum(int(line["clicks_total"]) for line in lines) == clicks
            continue
        assert sum(int(line["opens"] or 0) for line in lines) == opens, block
        assert sum(int(line["clicks"] or 0) for line in lines) == clicks, block


def rate(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value * 100:.2f} %" if 0 < value < 0.01 else f"{value * 100:.1f} %"


def test_days_and_journey_leave_out_what_they_should(
    client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    email, journey, day, sent = marts.execute(
        "select email_id, journey_id, send_date, sum(sent)::bigint from mart_email_kpis_daily"
        " where journey_id is not null group by all order by all limit 1"
    ).fetchone() or ("", "", "", 0)
    shown = cards(client.get(f"/emails/{quote(email)}?journey={quote(journey)}&from={day}&to={day}").text)
    assert shown[kpis.by_column("email")["sent"].label] == f"{sent:,}"


def test_a_table_downloads_as_csv_and_parquet_with_every_row(
    client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    contacts = [row[0] for row in marts.execute("select contact_id from dim_contact order by 1").fetchall()]
    assert len(contacts) > tables.ROWS_ON_A_PAGE
    address = "/contacts?download=contacts&format="
    lines = csv.DictReader(io.StringIO(client.get(address + "csv").content.decode("utf-8-sig")))
    table = pyarrow.parquet.read_table(io.BytesIO(client.get(address + "parquet").content))
    assert sorted(line["contact_id"] for line in lines) == contacts
    assert sorted(table.column("contact_id").to_pylist()) == contacts


def test_a_table_has_pages_in_the_order_that_is_asked_for(client: TestClient) -> None:
    first = client.get("/contacts?contacts.sort=contact_id").text
    second = client.get("/contacts?contacts.sort=contact_id&contacts.page=2").text
    ids = [re.findall(r'href="/contacts/([^"?]+)"', page) for page in (first, second)]
    assert len(ids[0]) == 50
    assert ids[0] == sorted(ids[0])
    assert ids[0][-1] < ids[1][0]


def test_a_list_is_searched_by_names_and_ids(client: TestClient, marts: duckdb.DuckDBPyConnection) -> None:
    address, contact = marts.execute(
        "select email, contact_id from dim_contact where email is not null order by 2 limit 1"
    ).fetchone() or ("", "")
    for words in (address.upper(), contact):
        rows = client.get(f"/contacts?find={quote(words)}&download=contacts&format=csv").text.splitlines()[1:]
        assert 0 < len(rows) < 10 and any(contact in row for row in rows)
    assert "“no such one”" in html.unescape(client.get("/contacts?find=no+such+one").text)


def test_search_finds_a_record_by_name_and_by_id(
    client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    email, name = marts.execute(
        "select email_id, name from dim_email where name is not null limit 1"
    ).fetchone() or ("", "")
    for words in (name, email, name.upper()):
        assert f'href="/emails/{email}"' in client.get("/search", params={"q": words}).text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nothing", 404),
        ("/emails/no-such-email", 404),
        ("/emails?from=yesterday", 400),
        ("/home?tab=timing&zone=localtime", 400),
        ("/emails?from=2026-02-01&to=2026-01-01", 400),
        ("/emails?emails.sort=html", 400),
        ("/emails?emails.page=-1", 400),
        ("/emails?download=../../etc/passwd", 400),
        ("/home/somewhere", 404),
        ("/static/..%2f..%2fpyproject.toml", 404),
        ("/emails/" + "x" * 3_000, 400),
    ],
)
def test_an_address_that_means_nothing_says_so(address: str, status: int, client: TestClient) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("entity", "block"),
    [(entity, block) for entity in ENTITIES for block in entity.blocks().values()],
    ids=lambda value: getattr(value, "query", getattr(value, "name", "")),
)
def test_every_block_has_its_query_and_every_query_its_block(
    entity: blocks.Entity, block: blocks.Block
) -> None:
    assert queries.sql_of_block(entity.name, block)


def test_no_query_is_left_over() -> None:
    shown = [(entity, block) for entity in ENTITIES for block in entity.blocks().values()]
    used = {
        (
            "contacts" if block.of_contact else block.file.rpartition("/")[0] or entity.name,
            block.file.rpartition("/")[2],
        )
        for entity, block in shown
    } | {("leads", "contact")}
    used |= {(entity.name, block.tiles) for entity, block in shown if isinstance(block, blocks.OtherRecord)}
    used |= {(entity.name, "record") for entity in ENTITIES if entity.listed}
    used |= {(entity.name, "journeys") for entity in ENTITIES if "journey" in entity.filters}
    used |= {
        (choice.query.rpartition("/")[0] or entity.name, choice.query.rpartition("/")[2])
        for entity in ENTITIES
        for tab in entity.tabs
        for choice in tab.choices
    }
    files = {queries.files()[key] for key in used}
    files |= set(queries.PARTS.iterdir())
    assert {path.name for path in queries.FOLDER.rglob("*.sql") if path not in files} == {"search.sql"}


def test_every_part_is_included_somewhere() -> None:
    included = {
        name
        for path in queries.FOLDER.rglob("*.sql")
        for name in re.findall("-- include ([a-z_]+)$", path.read_text(), re.MULTILINE)
    }
    assert included == {path.stem for path in queries.PARTS.iterdir()}
