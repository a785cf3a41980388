"""What changed: judged as every change is, against as many days before."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import duckdb
import pytest
from starlette.testclient import TestClient

from insights_app.pages import change
from tests.insights_app.screens.test_comparison import file_of

FIRST, LAST = date(2026, 1, 5), date(2026, 1, 8)
DAYS = f"from={FIRST}&to={LAST}"
PARTS = {"open_rate": "opened_unique", "click_rate": "clicked_unique", "unsubscribe_rate": "unsubscribed"}


@pytest.mark.parametrize("by", ["all", "people"])
def test_what_changed_most_is_judged_against_as_many_days_before(
    by: str, client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    rows = file_of(client, f"/home?{DAYS}&by={by}&download=changed")
    assert rows
    found = [float(row["deviations"]) for row in rows if row["deviations"]]
    assert found == sorted(found, reverse=True)
    days = (LAST - FIRST).days + 1
    for row in rows:
        part = PARTS[row["kpi"]] + ("_human" if by == "people" and row["kpi"] != "unsubscribe_rate" else "")
        now, before = (
            marts.execute(
                f"select coalesce(sum({part}), 0)::bigint, coalesce(sum(delivered), 0)::bigint"
                " from mart_email_kpis_daily where email_id = ? and send_date between ? and ?",
                [row["email_id"], FIRST - timedelta(ago), LAST - timedelta(ago)],
            ).fetchone()
            or (0, 0)
            for ago in (0, days)
        )
        assert float(row["rate"]) == pytest.approx(now[0] / now[1])
        assert float(row["rate_before"]) == pytest.approx(before[0] / before[1])
        assert float(row["deviations"]) == pytest.approx(abs(change.z_of_rates(now, before)))


def test_journeys_together_are_beside_the_emails(
    client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    (entered,) = marts.execute(
        "select count(*) from fct_journey_participations where cast(entered_at as date) between ? and ?",
        [FIRST, LAST],
    ).fetchone() or (0,)
    page = html.unescape(client.get(f"/?{DAYS}").text)
    (section,) = re.findall(r'<section [^>]*id="participation".*?</section>', page, re.DOTALL)
    assert re.findall(r"<strong>([\d,]+)</strong>", section)[0] == f"{entered:,}"


def test_days_of_nothing_say_so(client: TestClient) -> None:
    page = client.get("/?from=1999-01-01&to=1999-01-02").text
    assert "No e-mail was delivered both in these days and in as many days before." in page
    assert "At no domain did more bounce than in as many days before." in page
