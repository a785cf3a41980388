"""Records of contacts and leads, and what leads to the Data Docs: each says what its marts say."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from starlette.testclient import TestClient

from insights_app.server.access import Rules
from insights_app.server.app import application
from tests.insights_app.conftest import HOSTS


def downloaded(client: TestClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("block", ["emails_of_contact", "web", "events", "surveys", "forms"])
def test_a_lead_shows_what_its_contact_did(
    block: str, client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    leads = marts.execute(
        "select lead_id, contact_id from mart_lead_insights where contact_id is not null order by 1"
    ).fetchall()
    rows = 0
    for lead, contact in leads:
        of_lead, of_contact = (
            downloaded(client, f"/{path}/{quote(record)}?download={block}&format=csv")
            for path, record in (("leads", lead), ("contacts", contact))
        )
        key = lambda row: sorted(row.items())  # noqa: E731
        assert sorted(of_lead, key=key) == sorted(of_contact, key=key)
        rows += len(of_lead)
    assert rows or block in ("events", "forms")


def test_a_suppressed_contact_says_why(client: TestClient, marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        "select suppression_status, min(contact_id) from mart_contact_email_kpis"
        " where contact_id <> 'unknown' group by 1"
    ).fetchall()
    assert len(found) > 1
    words = {
        "none": "mail is sent",
        "complaint": "for ever",
        "hard_bounce": "six months",
        "repeated_soft": "six months",
    }
    for status, contact in found:
        page = client.get(f"/contacts/{quote(contact)}").text
        (block,) = re.findall(r'id="suppression".*?</section>', page, re.DOTALL)
        assert words[status] in block


def test_touches_of_a_lead_are_the_marts_rows(client: TestClient, marts: duckdb.DuckDBPyConnection) -> None:
    lead, rows = marts.execute(
        "select lead_id, count(*) from mart_lead_touches group by 1 order by 2 desc, 1 limit 1"
    ).fetchone() or ("", 0)
    shown = downloaded(client, f"/leads/{quote(lead)}?download=touches&format=csv")
    expected = marts.execute(
        "select touch, interaction_type, entity_id from mart_lead_touches where lead_id = ? order by 1",
        [lead],
    ).fetchall()
    assert rows == len(shown) > 1
    assert sorted((row["touch"], row["interaction_type"], row["entity_id"]) for row in shown) == expected


@pytest.fixture
def won(small_build: Callable[[str, str], Path]) -> TestClient:
    """A build in which every lead that was touched is won."""
    folder = small_build("won", "update mart_lead_insights set status = 'won'")
    return TestClient(application(folder, Rules(), HOSTS), raise_server_exceptions=False)


def test_touches_of_won_leads_add_up(won: TestClient, marts: duckdb.DuckDBPyConnection) -> None:
    (first,) = marts.execute("select count(*) from mart_lead_touches where touch = 'first'").fetchone() or (
        0,
    )
    assert first > 1
    for block in ("touches_by_kind", "touched_things"):
        rows = downloaded(won, f"/won-leads?download={block}&format=csv")
        assert sum(int(row["first"]) for row in rows) == first
    leads = downloaded(won, "/won-leads?download=leads_won&format=csv")
    assert sum(bool(row["first_touch"]) for row in leads) == first
    assert len(leads) == (marts.execute("select count(*) from mart_lead_insights").fetchone() or (0,))[0]


def test_no_touch_is_a_machines(marts: duckdb.DuckDBPyConnection) -> None:
    assert marts.execute(
        "select count(*) from mart_lead_touches as touches inner join mart_lead_insights as leads using (lead_id)"
        " where interaction_type in ('email_opened', 'email_clicked') and not exists (select 1 from fct_email_events"
        " as events where events.contact_id = leads.contact_id and events.occurred_at = touches.occurred_at"
        " and events.interaction_type = touches.interaction_type and not events.is_machine)"
    ).fetchone() == (0,)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("index.html", 200),
        ("validations/one.html", 200),
        ("no-such.html", 404),
        ("", 404),
        ("style.css", 404),
        ("..%2Finsights.duckdb", 404),
        ("..%2Foutside.html", 404),
        ("%2Fetc%2Fpasswd", 404),
        ("a%00b.html", 404),
        ("x" * 400 + ".html", 404),
    ],
)
def test_data_docs_are_served_from_the_builds_folder_alone(
    name: str, status: int, small_build: Callable[[str, str], Path]
) -> None:
    link = small_build("docs", "select 1")
    pages = link / "data_docs" / "validations"
    pages.mkdir(parents=True)
    (pages / "one.html").write_text("<p>kept</p>")
    (pages.parent / "index.html").write_text("<p>kept</p>")
    (pages.parent / "style.css").write_text("")
    (link / "outside.html").write_text("not to be read")
    client = TestClient(application(link, Rules(), HOSTS), raise_server_exceptions=False)
    answer = client.get(f"/docs/data_docs/{name}")
    assert answer.status_code == status
    assert "not to be read" not in answer.text
    if status == 200:
        assert "script-src" not in answer.headers["content-security-policy"]


def test_scripts_of_dbt_docs_run_apart_from_the_app(small_build: Callable[[str, str], Path]) -> None:
    link = small_build("docs", "select 1")
    (link / "site").mkdir()
    for name in ("index.html", "dictionary.html"):
        (link / "site" / name).write_text("<p>kept</p>")
    client = TestClient(application(link, Rules(), HOSTS))
    policies = [
        client.get(f"/docs/site/{name}").headers["content-security-policy"]
        for name in ("index.html", "dictionary.html")
    ]
    assert ["script-src" in policy for policy in policies] == [False, True]
    assert "sandbox allow-scripts;" in policies[1] and "allow-same-origin" not in policies[1]


def test_builds_that_were_published_are_listed(small_build: Callable[[str, str], Path]) -> None:
    link = small_build(
        "builds",
        "delete from build_history; insert into build_history from build_info;"
        "insert into build_history by name select * replace ("
        "'20250101T000000Z-abcd' as build_id, timestamptz '2025-01-01 00:01:05+00' as built_at, files - 3 as files"
        ") from build_history",
    )
    client = TestClient(application(link, Rules(), HOSTS))
    rows = downloaded(client, "/operations?download=builds&format=csv")
    newest, oldest = sorted(rows, key=lambda row: row["build_id"], reverse=True)
    assert (oldest["took"], oldest["new_files"]) == ("65", "") and newest["new_files"] == "3"


def test_what_a_machine_did_is_faded_and_said(client: TestClient, marts: duckdb.DuckDBPyConnection) -> None:
    contact, machines, all_events = marts.execute(
        "select contact_id, count(*) filter (where is_machine), count(*) from mart_contact_timeline"
        " group by contact_id having count(*) < 200 order by 2 desc, 1 limit 1"
    ).fetchone() or ("", 0, 0)
    assert 0 < machines < all_events
    page = client.get(f"/contacts/{quote(contact)}").text
    lines = re.findall(r'<li class="([a-z]+)( machine)?">(.*?)</li>', page, re.DOTALL)
    assert len(lines) == all_events
    assert sum(bool(machine) for _, machine, _ in lines) == machines
    assert all(("by a machine" in text) == bool(machine) for _, machine, text in lines)


def test_data_docs_are_for_those_who_signed_in(published: Path) -> None:
    client = TestClient(application(published, Rules(token="a-token"), HOSTS), follow_redirects=False)
    assert client.get("/docs/data_docs/index.html").status_code == 303


def test_red_checks_are_chosen(client: TestClient, marts: duckdb.DuckDBPyConnection) -> None:
    for result, passed in (("red", False), ("green", True)):
        rows = downloaded(client, f"/operations?tab=checks&result={result}&download=checks&format=csv")
        expected = marts.execute(
            "select check_name from build_checks where passed = ? order by 1", [passed]
        ).fetchall()
        assert sorted(row["check_name"] for row in rows) == [name for (name,) in expected]
