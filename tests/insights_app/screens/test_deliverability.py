"""Deliverability by domain and feed is the facts' numbers, and each rate is judged by the trade's bands."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import duckdb
import pytest
from starlette.testclient import TestClient

from insights_app.catalogue import bands, kpis
from tests.insights_app.test_pages import cards, rate


@pytest.mark.parametrize(
    ("column", "numerator", "denominator", "word"),
    [
        ("bounce_rate", 9, 1_000, "good"),
        ("bounce_rate", 10, 1_000, "watch"),
        ("bounce_rate", 20, 1_000, "bad"),
        ("complaint_rate", 0, 100_000, "good"),
        ("complaint_rate", 10, 100_000, "watch"),
        ("complaint_rate", 50, 100_000, "bad"),
        ("unsubscribe_rate", 299, 100_000, "good"),
        ("unsubscribe_rate", 300, 100_000, "watch"),
        ("unsubscribe_rate", 1_000, 100_000, "bad"),
        ("complaint_rate", 0, 1_999, "too few to tell"),
        ("complaint_rate", 1, 1_999, "too few to tell"),
        ("complaint_rate", 2, 1_999, "bad"),
        ("complaint_rate", 1, 2_000, "bad"),
    ],
)
def test_a_rate_is_judged_by_its_bands(column: str, numerator: int, denominator: int, word: str) -> None:
    verdict = bands.verdict(column, numerator, denominator)
    assert verdict and verdict.word == word


def test_what_has_no_bands_or_nothing_to_divide_is_not_judged() -> None:
    assert bands.verdict("open_rate", 1, 2) is None
    assert bands.verdict("bounce_rate", 0, 0) is None


def test_every_rate_with_bands_is_in_the_dictionary() -> None:
    assert bands.BANDS.keys() <= kpis.by_column("email").keys()


@pytest.mark.parametrize("name", ["recipient_domain", "feed"])
def test_a_domain_or_feed_that_is_chosen_has_the_numbers_of_its_messages(
    name: str, client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    value, day, sent, delivered, bounced, unsubscribed = marts.execute(
        f"select {name}, send_date, count(case when was_sent then 1 end),"
        " count(case when was_delivered then 1 end), count(case when was_bounced then 1 end),"
        " count(case when was_unsubscribed then 1 end) from fct_email_messages"
        f" where {name} <> 'unknown' group by all order by 5 desc, 3 desc, 1 limit 1"
    ).fetchone() or ("", "", 0, 0, 0, 0)
    assert bounced
    choice = {"recipient_domain": "domain", "feed": "feed"}[name]
    page = client.get(f"/deliverability?{choice}={quote(value)}&from={day}&to={day}").text
    labels, shown = kpis.by_column("email"), cards(page)
    assert shown[labels["sent"].label] == f"{sent:,}"
    assert shown[labels["bounce_rate"].label] == rate(bounced / sent)
    assert shown[labels["unsubscribe_rate"].label] == rate(unsubscribed / delivered if delivered else None)
    assert f'<option value="{value}" selected>' in page
    # The other choices are kept where a cell of a table chooses.
    assert f"{choice}={quote(value)}" in re.findall(r'href="(/deliverability\?[^"#]*)"', page)[-1]


def test_a_chart_draws_the_bands_and_the_days(client: TestClient, marts: duckdb.DuckDBPyConnection) -> None:
    page = client.get("/deliverability?from=2026-01-01&to=2026-12-31").text
    specs = [
        json.loads(text)
        for text in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    ]
    limits = [
        [value["words"] for layer in spec["layer"] for value in layer.get("data", {}).get("values", ())]
        for spec in specs
    ]
    assert sum(map(bool, limits)) == 3
    assert set(limits[0]) == {"watch from 1 %", "bad from 2 %"}
    drawn = {point["x"]: point["value"] for point in specs[0]["data"]["values"]}
    expected = {
        str(day): share
        for day, share in marts.execute(
            "select send_date, sum(bounced_total) / sum(sent) from mart_email_kpis_daily"
            " where send_date >= '2026-01-01' group by 1 having sum(sent) > 0"
        ).fetchall()
    }
    assert drawn == pytest.approx(expected)


def test_a_verdict_is_a_word_and_a_sign_in_cards_and_tables(client: TestClient) -> None:
    page = client.get("/deliverability").text
    for of in ("card", "cell"):
        part = page.partition('id="domains"')[0 if of == "card" else 2]
        assert re.search(r'class="verdict [a-z-]+"><span aria-hidden="true">.</span> [a-z ]+</span>', part)
    assert bands.BANDS["bounce_rate"].words in page
