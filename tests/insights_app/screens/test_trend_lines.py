"""Lists carry a line of the last weeks of each record."""

from __future__ import annotations

import re
from datetime import date

import duckdb
import pytest
from starlette.testclient import TestClient

from insights_app.catalogue.blocks import Entity
from insights_app.catalogue.entities import ENTITIES
from insights_app.pages.filled import trend_lines
from tests.insights_app.screens.test_comparison import file_of, two_emails

LISTS = [entity for entity in ENTITIES if entity.listed]


@pytest.mark.parametrize("entity", LISTS, ids=lambda entity: entity.name)
def test_every_list_has_lines_that_are_said_in_words(entity: Entity, client: TestClient) -> None:
    page = client.get(f"/{entity.path}").text
    lines = re.findall(
        r'<svg class="trend"[^>]* role="img" aria-label="([^"]+), oldest first: ([^"]+)">', page
    )
    assert lines
    assert len({words.count(",") for _, words in lines if "," not in words.replace(", ", "")}) <= 1
    assert entity.listed is not None
    address = f"/{entity.path}?{entity.listed.query}.sort=trend"
    assert client.get(address).status_code == 400


def test_a_week_is_the_seven_days_to_the_last_of_the_build(
    client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    email = two_emails(marts)[0]
    (name,) = marts.execute("select name from dim_email where email_id = ?", [email]).fetchone() or ("",)
    last, first = marts.execute("select as_of_date, first_arrival_date from build_info").fetchone() or (
        None,
        None,
    )
    expected = [
        row[0]
        for row in marts.execute(
            """
            select sum(opened_unique) / nullif(sum(delivered), 0)
            from range(?) as weeks (ago)
            left join mart_email_kpis_daily as daily
                on daily.email_id = ? and (?::date - daily.send_date) // 7 = weeks.ago
            group by weeks.ago
            order by weeks.ago desc
            """,
            [trend_lines.weeks_of(first, last), email, last],
        ).fetchall()
    ]
    (row,) = [row for row in file_of(client, "/emails?download=emails") if row["email"] == name]
    shown = [float(value) if value else None for value in row["trend"].split("; ")]
    assert shown == [pytest.approx(value) if value is not None else None for value in expected]


def test_only_whole_weeks_are_shown() -> None:
    assert trend_lines.weeks_of(date(2026, 1, 1), date(2026, 1, 30)) == 4
    assert trend_lines.weeks_of(date(2026, 1, 1), date(2026, 1, 3)) == 1
    assert trend_lines.weeks_of(date(2020, 1, 1), date(2026, 1, 3)) == trend_lines.MOST_WEEKS


def test_a_line_begins_at_nothing_and_passes_over_weeks_without_a_value() -> None:
    line = trend_lines.line_of([0, None, 10], "Visits by week", "count")
    assert line is not None
    assert line.points == "3.0,17.0 69.0,3.0"
    assert line.words == "Visits by week, oldest first: 0, –, 10"
    alone = trend_lines.line_of([0.5], "Open rate by week", "rate")
    assert alone is not None
    assert (alone.points, alone.words) == ("3.0,3.0", "Open rate by week, oldest first: 50.0 %")


def test_nothing_has_no_line_and_what_is_below_nothing_stays_inside() -> None:
    assert trend_lines.line_of([None, None], "", "count") is None
    assert trend_lines.line_of([], "", "count") is None
    line = trend_lines.line_of([-10, 10], "", "number")
    assert line is not None
    assert line.points == "3.0,17.0 69.0,3.0"
