"""Two e-mails beside each other: their numbers are the marts', and a difference is called one only where it is."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from starlette.testclient import TestClient

from insights_app.pages import change
from insights_app.pages.differences import comparison, splits
from insights_app.pages.differences.comparison import Side
from insights_app.server.access import Rules
from insights_app.server.app import application
from tests.insights_app.conftest import HOSTS

KPIS = [
    "sent",
    "delivered",
    "opened_unique",
    "clicked_unique",
    "bounced_hard",
    "feedback_loops",
    "unsubscribed",
]


def file_of(client: TestClient, address: str) -> list[dict[str, str]]:
    answer = client.get(f"{address}&format=csv")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def two_emails(marts: duckdb.DuckDBPyConnection) -> tuple[str, str]:
    rows = marts.execute(
        "select email_id from mart_email_kpis order by sent desc, email_id limit 2"
    ).fetchall()
    return rows[0][0], rows[1][0]


@pytest.mark.parametrize(
    ("z", "often"), [(0, 1), (1.959964, 0.05), (-1.959964, 0.05), (2.575829, 0.01), (3.290527, 0.001)]
)
def test_how_often_chance_makes_a_difference(z: float, often: float) -> None:
    assert change.probability_of_chance(z) == pytest.approx(often, abs=1e-6)


def test_the_bounds_of_a_difference() -> None:
    # 0.15 and 1.96 times the root of 0.6 * 0.4 / 100 + 0.45 * 0.55 / 100
    assert change.bounds_of_difference((60, 100), (45, 100)) == pytest.approx(
        (0.0131503, 0.2868497), abs=1e-6
    )


@pytest.mark.parametrize(
    ("one", "other", "text", "more"),
    [
        # Standard deviations: 2.124, that is in 3.4 of 100 cases.
        ((60, 100), (45, 100), "A was opened more often: 60.0 % against 45.0 %", "by 1.3 to 28.7 points"),
        ((45, 100), (60, 100), "B was opened more often: 60.0 % against 45.0 %", "by 1.3 to 28.7 points"),
        ((762, 2_000), (680, 2_000), "fewer than 1 of 100 cases.", "points"),
        ((600, 1_000), (450, 1_000), "fewer than 1 of 1,000 cases.", "points"),
        ((361, 1_000), (358, 1_000), "chance alone makes such a difference in 89 of 100 cases.", ""),
        ((500, 1_000), (500, 1_000), "chance alone makes such a difference in 100 of 100 cases.", ""),
        ((3, 12), (5, 14), "Too few to judge: 3 of 12 against 5 of 14.", ""),
        ((0, 5_000), (4, 5_000), "Too few to judge: 0 of 5,000 against 4 of 5,000.", ""),
        ((100, 100), (100, 100), "Too few to judge", ""),
        # An open of a message that bounced: more were opened than delivered.
        ((12, 10), (9, 10), "Too few to judge", ""),
        ((0, 0), (5, 10), "Nothing to compare", ""),
    ],
)
def test_a_difference_is_told_from_chance(
    one: tuple[int, int], other: tuple[int, int], text: str, more: str
) -> None:
    verdict = comparison.of_rates(Side("A", *one), Side("B", *other), "was opened")
    assert text in verdict.text
    assert more in verdict.more
    assert verdict.is_different == bool(more)


@pytest.mark.parametrize("by", ["all", "people"])
@pytest.mark.parametrize("journey", ["", "one"])
def test_both_have_the_numbers_of_the_marts(
    by: str, journey: str, client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    emails = two_emails(marts)
    if journey:
        (journey,) = marts.execute(
            "select min(journey_id) from mart_email_kpis_daily where email_id = ?", [emails[0]]
        ).fetchone() or ("",)
    ending = "_human" if by == "people" else ""
    counts = [f"{name}{ending if name.endswith('_unique') else ''}" for name in KPIS]
    sums = ", ".join(f"coalesce(sum({name}), 0)::bigint" for name in counts)
    address = f"/emails/{emails[0]}?tab=compare&with={emails[1]}&by={by}&journey={journey}"
    rows = file_of(client, f"{address}&download=compared")
    assert [row["record"] for row in rows] == list(emails)
    for row in rows:
        found = marts.execute(
            f"select {sums} from mart_email_kpis_daily where email_id = ? and (? = '' or journey_id = ?)",
            [row["record"], journey, journey],
        ).fetchone()
        assert tuple(int(row[name] or 0) for name in KPIS) == found
    page = html.unescape(client.get(address).text)
    for row in rows:
        if int(row["delivered"] or 0):
            assert f"{int(row['opened_unique']):,} of {int(row['delivered']):,}" in page


def test_links_of_both_are_those_of_each(client: TestClient, marts: duckdb.DuckDBPyConnection) -> None:
    emails = two_emails(marts)
    rows = file_of(client, f"/emails/{emails[0]}?tab=compare&with={emails[1]}&download=links_of_both")
    for email, column in zip(emails, ("of_this", "of_other"), strict=True):
        expected = marts.execute(
            "select link_url, clicks_unique from mart_email_links where email_id = ? order by 1", [email]
        ).fetchall()
        assert sorted((row["link_url"], int(row[column])) for row in rows if int(row[column])) == expected
        rates = {row["link_url"]: float(row[f"{column}_rate"]) for row in rows if int(row[column])}
        known = marts.execute(
            "select link_url, click_through_rate from mart_email_links where email_id = ?", [email]
        ).fetchall()
        assert rates == pytest.approx(dict(known))


def test_an_email_is_offered_its_variants_first(client: TestClient, marts: duckdb.DuckDBPyConnection) -> None:
    journey, split = marts.execute(
        "select journey_id, tile_id from dim_journey_tile where tile_type = 'splitter' order by all limit 1"
    ).fetchone() or ("", "")
    panel = html.unescape(client.get(f"/journeys/{journey}?tile={split}").text)
    (link,) = re.findall(r'<a href="(/emails/[^"]+tab=compare[^"]+)">Compare', panel)
    page = client.get(link)
    assert page.status_code == 200
    assert 'label="Variants of ' in page.text
    assert page.text.count(" selected>") == 2  # the other e-mail, and the journey


def test_without_another_email_one_can_be_chosen(
    client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    one, other = two_emails(marts)
    page = client.get(f"/emails/{one}?tab=compare").text
    assert "Choose another e-mail above." in page
    assert f'<option value="{other}">' in page
    assert f'<option value="{one}">' not in page


def test_an_unknown_other_email_is_said_to_be_unknown(
    client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    answer = client.get(f"/emails/{two_emails(marts)[0]}?tab=compare&with=nobody")
    assert answer.status_code == 404
    assert "no e-mail nobody" in answer.text


def test_days_without_messages_compare_nothing(client: TestClient, marts: duckdb.DuckDBPyConnection) -> None:
    one, other = two_emails(marts)
    page = client.get(f"/emails/{one}?tab=compare&with={other}&from=1999-01-01&to=1999-01-02").text
    assert "Nothing to compare in these days." in page
    assert page.count("Nothing was sent in these days.") == 2


def test_emails_with_one_hostile_name_are_told_apart(
    small_build: Callable[[str, str], Path], marts: duckdb.DuckDBPyConnection
) -> None:
    name = "<script>alert(1)</script>"
    folder = small_build(
        "named", f"update dim_email set name = '{name}'; update mart_email_kpis set email_name = '{name}'"
    )
    one, other = two_emails(marts)
    page = TestClient(application(folder, Rules(), HOSTS)).get(f"/emails/{one}?tab=compare&with={other}").text
    assert "<script>alert" not in page
    assert f"&lt;script&gt;alert(1)&lt;/script&gt; ({other})" in page


def tile(name: str, kind: str, parent: str | None, email: str | None = None) -> dict[str, Any]:
    return {
        "tile_id": name,
        "tile_type": kind,
        "parent_tile_id": parent,
        "parent_path": f"to {name}",
        "email_id": email,
        "email": None,
    }


def test_variants_are_the_first_emails_of_each_way() -> None:
    tiles = [
        tile("start", "segment", None),
        tile("split", "A/B Splitter", "late"),
        tile("a", "email", "split", "spring"),
        tile("a-later", "email", "a", "reminder"),
        tile("b", "scheduler", "split"),
        tile("b-email", "email", "b", "summer"),
        tile("c", "scheduler", "split"),
        # A way that leads back to the split.
        tile("late", "trigger", "c"),
        tile("other", "trigger", "a-later"),
        tile("yes", "email", "other", "yes"),
        tile("no", "email", "other", "no"),
    ]
    found = splits.variants(tiles)
    assert {split: {variant.email_id for variant in of} for split, of in found.items()} == {
        "split": {"spring", "summer"}
    }
    assert {variant.path for variant in found["split"]} == {"to a", "to b"}


def test_a_split_into_one_email_has_no_variants() -> None:
    tiles = [
        tile("split", "splitter", None),
        tile("a", "email", "split", "spring"),
        tile("b", "email", "split", "spring"),
    ]
    assert splits.variants(tiles) == {}
