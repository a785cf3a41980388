"""Orders by hand: four days on which earlier reports, clicks and people of orders become known after them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from tests.end_to_end.simulated_worlds.test_web_marts import Call, call, native, page, track
from tests.harness.worlds import Rows, arrived, ask, write_lines

pytestmark = pytest.mark.slow

DAYS = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"]

#: On the last day one contact turns out to be another.
CRM = {
    "2026-03-02": {
        "contacts": ["contact_id,email,merged_into", "c1,ada@a.example,", "c2,bob@a.example,"],
        "websites": ["website_id,name,hosts", "w1,Shop,shop.example"],
        "emails": ["email_id,name", "e1,Welcome", "e2,Offer"],
    },
    "2026-03-05": {
        "contacts": ["contact_id,email,merged_into", "c1,ada@a.example,", "c2,bob@a.example,c1"],
        "emails": ["email_id,name", "e1,Welcome", "e2,Spring offer"],
    },
}

SEGMENT: dict[str, list[Call]] = {
    "2026-03-02": [
        page(1, "03-02T10:00", "v1", "https://shop.example/?utm_source=news&utm_campaign=spring%20sale"),
        track(2, "Order Completed", "03-02T10:05", "v1", order_id="o1", total=0.1, currency="EUR"),
        track(3, "Order Completed", "03-02T10:06", "v1", order_id="o2", total="none", currency="euro"),
    ],
    "2026-03-03": [call(10, "identify", "03-03T09:00", "v1", userId="c1")],
    "2026-03-04": [
        track(20, "Order Completed", "03-04T09:00", "v2", order_id="o3", revenue="0.2", currency="eur"),
        track(21, "Order Completed", "03-04T09:30", "v2", total=0.7, currency="EUR"),
        track(22, "Order Completed", "03-04T09:40", "v1", order_id="o4", total=5, currency="EUR"),
    ],
    # Told late: the visit before the last order.
    "2026-03-05": [page(30, "03-04T09:39", "v1", "https://shop.example/a?UTM_Medium=cpc#utm_campaign=none")],
}

NATIVE: dict[str, list[Call]] = {
    "2026-03-02": [
        native(1, "email_clicked", "03-02T09:00", recipient="ada@a.example", message_id="m1", email_id="e1",
               journey_id="j1", link_url="https://shop.example/"),
    ],
    # The same order once more, a minute before the page told it.
    "2026-03-03": [
        native(10, "converted", "03-02T10:04", contact_id="c1", order_id="o1", amount=9, currency="USD")
    ],
    "2026-03-04": [native(20, "redirect_clicked", "03-04T08:00", visitor_id="v2", redirect_url_id="r1")],
    # At the instant of the visit that it led to.
    "2026-03-05": [
        native(30, "email_clicked", "03-02T10:00", contact_id="c2", message_id="m2", email_id="e2",
               link_url="https://shop.example/?utm_campaign=offer")
    ],
}  # fmt: skip


def deliver(landing: Path, day: str) -> None:
    """What arrives on one day."""
    for entity, lines in CRM.get(day, {}).items():
        write_lines(landing / "crm" / day / f"{entity}.csv", lines)
    write_lines(landing / "segment" / day / "calls.ndjson", map(json.dumps, SEGMENT[day]))
    write_lines(landing / "interactions" / day / "events.ndjson", map(json.dumps, NATIVE[day]))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Runs a query over what one build of everything published."""
    return partial(ask, arrived(tmp_path_factory.mktemp("conversions"), DAYS, deliver))


def test_an_order_is_its_first_report_and_its_contacts(rows: Rows) -> None:
    found = rows(
        "select order_id, strftime(occurred_at, '%m-%d %H:%M'), contact_id, amount, currency"
        " from marts.mart_conversions order by occurred_at"
    )
    assert found == [
        ("o1", "03-02 10:04", "c1", 9.0, "USD"),
        ("o2", "03-02 10:06", "c1", None, "unknown"),
        ("o3", "03-04 09:00", "unknown", 0.2, "EUR"),
        (None, "03-04 09:30", "unknown", 0.7, "EUR"),
        ("o4", "03-04 09:40", "c1", 5.0, "EUR"),
    ]


def test_an_order_is_credited_to_its_first_and_last_touch(rows: Rows) -> None:
    touch = (
        "{0}_touch_type, {0}_touch_email_id, {0}_touch_email_name, {0}_touch_journey_id, {0}_touch_campaign"
    )
    found = rows(
        f"select {touch.format('first')}, {touch.format('last')} from marts.mart_conversions order by occurred_at"
    )
    welcome = ("email", "e1", "Welcome", "j1", "unknown")
    offer = ("email", "e2", "Spring offer", "unknown", "offer")
    redirect = ("redirect_url", "unknown", None, "unknown", "unknown")
    visit = ("visit", "unknown", None, "unknown", "unknown")
    assert found == [
        welcome + offer,
        welcome + offer,
        redirect + redirect,
        redirect + redirect,
        welcome + visit,
    ]


def test_days_add_up_amounts_of_a_currency(rows: Rows) -> None:
    found = rows(
        "select strftime(conversion_date, '%m-%d'), last_touch_type, last_touch_email_name, currency, conversions,"
        " amount from marts.mart_conversions_daily order by all"
    )
    assert found == [
        ("03-02", "email", "Spring offer", "USD", 1, 9.0),
        ("03-02", "email", "Spring offer", "unknown", 1, None),
        ("03-04", "redirect_url", None, "EUR", 2, 0.9),
        ("03-04", "visit", None, "EUR", 1, 5.0),
    ]


def test_a_visit_keeps_the_parameters_of_its_campaign(rows: Rows) -> None:
    found = rows(
        "select utm_source, utm_medium, utm_campaign from marts.fct_website_visits order by occurred_at"
    )
    assert found == [("news", None, "spring sale"), (None, "cpc", None)]
