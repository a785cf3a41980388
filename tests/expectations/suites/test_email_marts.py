"""Promises about marts can fail: one change breaks just the checks that speak of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from expectations import kpis
from expectations.check import measured
from expectations.engine import opened
from expectations.suites import kpi_marts
from tests.expectations import kpis_sql
from tests.expectations.breaks import MARTS, Break, cases
from tests.expectations.conftest import Build, broken

COARSER = frozenset({"email_totals_equal_daily", "email_journeys_equal_daily", "journeys_equal_emails"})
ONE_CELL = "email_id = 'e0' and tile_id = 't0' and send_date = date '2026-01-03'"


def mart(name: str, changes: str, where: str) -> tuple[str]:
    return (f"update {MARTS}.mart_email_{name} set {changes} where {where}",)


#: Whatever mart comes next.
OTHER_MARTS = tuple(
    Break(
        f"a count too many in {name}",
        f"{name}_equals_its_facts",
        (f"update {table} set {(count := kpis.shown_in(name)[0].column)} = {count} + 1",),
    )
    for name, table in kpis_sql.OTHERS.items()
)
KPIS = (
    *OTHER_MARTS,
    Break(
        "a forward too many in one cell",
        "email_daily_equals_messages",
        mart("kpis_daily", "forwarded = forwarded + 1", ONE_CELL),
        COARSER,
        "totals are the sums of the days",
    ),
    Break(
        "a cell on another day",
        "email_daily_equals_messages",
        mart("kpis_daily", "send_date = date '2026-01-25'", ONE_CELL),
        frozenset({"email_geography_equals_daily", "email_clients_equal_daily"}),
        "places and clients are compared per day",
    ),
    Break(
        "more delivered than sent and not bounced",
        "email_daily_adds_up",
        mart("kpis_daily", "delivered = delivered + 1", ONE_CELL),
        COARSER | {"email_daily_equals_messages", "email_daily_stays_within_bounds"},
        "the cell is no longer the sum of its messages, nor the totals of their days; one more was delivered"
        " than opened or not opened",
    ),
    Break(
        "more opened messages than opens",
        "email_daily_stays_within_bounds",
        mart("kpis_daily", "opened_unique = opened_total + 1", ONE_CELL),
        COARSER | {"email_daily_equals_messages"},
        "the cell is no longer the sum of its messages, nor the totals of their days",
    ),
    Break(
        "a forward too many in a total",
        "email_totals_equal_daily",
        mart("kpis", "forwarded = forwarded + 1", "email_id = 'e0'"),
    ),
    Break(
        "an email lost",
        "email_totals_equal_daily",
        (f"delete from {MARTS}.mart_email_kpis where email_id = 'e1'",),
    ),
    Break(
        "a total that does not add up",
        "email_totals_add_up",
        mart("kpis", "bounced_total = bounced_total + 1, delivered = delivered - 1", "email_id = 'e0'"),
        frozenset({"email_totals_equal_daily", "email_totals_rates"}),
        "it differs from its days, and rates divide by delivered",
    ),
    Break(
        "an averaged rate", "email_totals_rates", mart("kpis", "open_rate = open_rate / 2", "email_id = 'e0'")
    ),
    Break(
        "a null over something",
        "email_totals_rates",
        mart("kpis", "hard_bounce_rate = null", "email_id = 'e0'"),
    ),
    Break(
        "a zero over zero",
        "email_domains_rates",
        mart("domains", "click_to_open_rate_human = 0", "recipient_domain = 'd1.example'"),
    ),
    Break(
        "a click too many in a journey",
        "email_journeys_equal_daily",
        mart("journey_kpis", "clicked_total = clicked_total + 1", "email_id = 'e0'"),
    ),
    Break(
        "a journey twice",
        "email_journeys_equal_daily",
        (f"insert into {MARTS}.mart_email_journey_kpis from {MARTS}.mart_email_journey_kpis",),
    ),
    Break(
        "a journey's rate of something else",
        "email_journeys_rates",
        mart("journey_kpis", "click_rate = 0", "email_id = 'e0'"),
    ),
    Break(
        "a domain by another name",
        "email_domains_equal_messages",
        mart("domains", "recipient_domain = 'other.example'", "recipient_domain = 'd1.example'"),
    ),
)

DETAILS = (
    Break(
        "a recipient lost",
        "email_recipients_equal_messages",
        (f"delete from {MARTS}.mart_email_recipients where message_key = 'm0003'",),
    ),
    Break(
        "a recipient with another status",
        "email_recipients_equal_messages",
        mart("recipients", "delivery_status = 'delivered'", "message_key = 'm0003'"),
    ),
    Break(
        "an interaction lost",
        "email_interactions_equal_events",
        (f"delete from {MARTS}.mart_email_interactions where interaction_id = 'm0003-0'",),
    ),
    Break(
        "a human click lost in an hour",
        "email_hours_equal_daily",
        mart(
            "responses_hourly",
            "interactions_human = interactions_human - 1",
            "email_id = 'e0' and interaction_type = 'email_clicked'"
            " and interaction_hour = timestamptz '2026-01-03 08:00:00+00'",
        ),
    ),
    Break(
        "an open too many in a country",
        "email_geography_equals_daily",
        mart("geography", "opens = opens + 1", "email_id = 'e0' and send_date = date '2026-01-03'"),
    ),
    Break(
        "a client on another day",
        "email_clients_equal_daily",
        mart("clients", "send_date = date '2026-01-21'", "email_id = 'e0' and send_date = date '2026-01-03'"),
    ),
)

A_LINK = "link_url = 'https://a.example/'"

LINKS = (
    Break(
        "a click too many on a link",
        "email_links_equal_totals",
        mart("links", "clicks_total = clicks_total + 1", A_LINK),
        frozenset({"email_links_recounted_from_events", "email_links_daily_equal_links"}),
        "the link's clicks are also recounted, and summed from its days",
    ),
    Break(
        "a link by another name",
        "email_links_recounted_from_events",
        mart("links", "link_url = 'https://c.example/'", A_LINK),
        frozenset({"email_links_daily_equal_links"}),
        "days still have the old name",
    ),
    Break("a rate above one", "email_links_rates", mart("links", "click_through_rate = 1.5", A_LINK)),
    Break(
        "a rate of another whole",
        "email_links_rates",
        mart("links", "click_through_rate = click_through_rate / 2", A_LINK),
    ),
    Break(
        "a clicker too many on a day",
        "email_links_daily_equal_links",
        mart(
            "links_daily", "clicks_unique = clicks_unique + 1", f"{A_LINK} and send_date = date '2026-01-03'"
        ),
    ),
)


@cases(*KPIS, *DETAILS, *LINKS)
def test_only_the_promise_about_it_breaks(changed_build: Callable[..., Build], breach: Break) -> None:
    assert broken(changed_build(breach.change).judged()) == {breach.check, *breach.also}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("open_rate = 0", 1),
        ("unsubscribed = unsubscribed + 1", 2),
        ("open_rate = open_rate", 0),
    ],
)
def test_the_dictionary_alone_checks_a_mart(
    change: str, wrong: int, changed_build: Callable[..., Build]
) -> None:
    build = changed_build(mart("domains", change, "recipient_domain = 'd0.example'"))
    with opened(build.folder / "insights.duckdb", build.folder / "work.duckdb") as engine:
        found = measured(engine, kpi_marts.of_mart("mart_email_domains").rule)
    assert len([finding for finding in found if finding.observed]) == wrong
    assert len(found) == 25
