"""Addresses stay in the contact dimension."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from expectations.check import Finding, measured
from expectations.engine import opened
from expectations.suites import privacy

(CHECK,) = privacy.CHECKS


def leaks(insights: Path) -> list[Finding]:
    """What the check finds, of the columns that it is not content with."""
    with opened(insights, insights.parent / "work.duckdb") as engine:
        return [finding for finding in measured(engine, CHECK.rule) if not finding.keeps_bounds]


@pytest.fixture
def insights(tmp_path: Path) -> Path:
    path = tmp_path / "insights.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.dim_contact as select 'c1' as contact_id, 'Ann@Example.org' as email"
        )
        connection.execute(
            "create table marts.mart_email_recipients as select 'ann@example.org' as contact_id, "
            "'https://x/?to=ann@example.org' as link_url, '550 no such user' as reason"
        )
    return path


def test_ids_and_links_may_be_addresses(insights: Path) -> None:
    assert leaks(insights) == []


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("fct_form_submissions", "submitted_values"),
        ("mart_contact_surveys", "answers"),
        ("fct_website_visits", "page_address"),
        ("mart_page_visits", "referrer"),
        ("mart_page_visits", "visitor_key"),
    ],
)
def test_what_people_typed_and_where_they_were_may_hold_addresses(
    insights: Path, table: str, column: str
) -> None:
    with duckdb.connect(str(insights)) as connection:
        connection.execute(f"create table marts.{table} as select 'of ann@example.org' as {column}")
    assert leaks(insights) == []


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("mart_contact_timeline", "detail"),
        ("mart_contact_timeline", "entity_name"),
        ("mart_lead_insights", "topic"),
        ("mart_journey_tile_blocked", "reason"),
    ],
)
def test_new_tables_are_looked_through_too(insights: Path, table: str, column: str) -> None:
    with duckdb.connect(str(insights)) as connection:
        connection.execute(f"create table marts.{table} as select 'of ann@example.org' as {column}")
    assert leaks(insights) == [Finding(f"rows of {table}.{column}", 1)]


@pytest.mark.parametrize("reason", ["550 <ANN@example.org> unknown", "ann@example.org", "(ann@example.org)."])
def test_an_address_in_any_other_text_is_a_leak(insights: Path, reason: str) -> None:
    with duckdb.connect(str(insights)) as connection:
        connection.execute("update marts.mart_email_recipients set reason = ?", [reason])
    assert leaks(insights) == [Finding("rows of mart_email_recipients.reason", 1)]


def test_somebody_elses_address_is_no_leak(insights: Path) -> None:
    with duckdb.connect(str(insights)) as connection:
        connection.execute("update marts.mart_email_recipients set reason = 'ask postmaster@provider.net'")
    assert leaks(insights) == []


def test_contacts_without_addresses_have_nothing_to_leak(insights: Path) -> None:
    with duckdb.connect(str(insights)) as connection:
        connection.execute("alter table marts.dim_contact drop column email")
        connection.execute("update marts.mart_email_recipients set reason = 'ann@example.org'")
    assert leaks(insights) == []


def test_a_build_without_contacts_cannot_be_judged(tmp_path: Path) -> None:
    path = tmp_path / "insights.duckdb"
    duckdb.connect(str(path)).close()
    assert leaks(path) == [Finding("insights.marts.dim_contact missing from the build", None)]
