"""Groups, lists and cohorts of the engagement screen are the marts' rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from starlette.testclient import TestClient

from insights_app.catalogue import words
from insights_app.server.access import Rules
from insights_app.server.app import application
from tests.insights_app.conftest import HOSTS


def downloaded(client: TestClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_groups_are_counted(client: TestClient, marts: duckdb.DuckDBPyConnection) -> None:
    rows = downloaded(client, "/engagement?download=groups&format=csv")
    counted = {row["value"]: int(row["contacts"]) for row in rows}
    expected = dict(
        marts.execute("select engagement_group, count(*) from mart_contact_engagement group by 1").fetchall()
    )
    assert {name: count for name, count in counted.items() if count} == expected


def test_every_group_of_the_mart_has_words(client: TestClient) -> None:
    yml = Path("dbt_project/models/contacts/marts/mart_contact_engagement.yml").read_text(encoding="utf-8")
    (values,) = re.findall(r"values: \[(.*)\]", yml)
    shown = {row["value"] for row in downloaded(client, "/engagement?download=groups&format=csv")}
    assert shown == set(values.split(", ")) == set(words.ENGAGEMENT_GROUPS) == set(words.ENGAGEMENT_RULES)
    page = client.get("/engagement?group=not_reached").text
    assert '<option value="not_reached" selected>Not reached</option>' in page


def test_a_group_that_is_chosen_downloads_as_its_contacts(
    client: TestClient, marts: duckdb.DuckDBPyConnection
) -> None:
    (group,) = marts.execute(
        "select engagement_group from mart_contact_engagement group by 1 order by count(*) desc limit 1"
    ).fetchone() or ("",)
    expected = marts.execute(
        "select contact_id from mart_contact_engagement where engagement_group = ? order by 1", [group]
    ).fetchall()
    file = downloaded(client, f"/engagement?group={group}&download=engagement_of_contacts&format=csv")
    assert sorted(row["contact_id"] for row in file) == [contact for (contact,) in expected]
    assert f"group={group}" in client.get("/engagement").text


@pytest.fixture
def aged(small_build: Callable[[str, str], Path]) -> TestClient:
    """A build in which some contacts did nothing for long."""
    statements = """
        delete from mart_contact_engagement;
        insert into mart_contact_engagement by name
        select 'c' || n as contact_id, as_of_date - days as first_sent_date, as_of_date as last_sent_date,
            2 as sent, delivered, case when has_engaged then as_of_date - 10 end as last_engaged_date,
            0 as opens_last_90_days, 0 as clicks_last_90_days, 1 as delivered_since_engaged,
            'silent' as engagement_group
        from (values (1, 90, 1, false), (2, 89, 1, false), (3, 400, 0, false), (4, 400, 1, true)) as
            contacts (n, days, delivered, has_engaged), build_info"""
    return TestClient(
        application(small_build("aged", statements), Rules(), HOSTS), raise_server_exceptions=False
    )


@pytest.mark.parametrize(
    ("days", "contacts"),
    [
        ("", ["c1", "c2", "c3", "c4"]),
        ("90", ["c1"]),
        ("30", ["c1", "c2"]),
        ("365", []),
        ("many", []),
        ("-999999999", []),
    ],
)
def test_who_is_unengaged_for_so_long(days: str, contacts: list[str], aged: TestClient) -> None:
    file = downloaded(aged, f"/engagement?unengaged={days}&download=engagement_of_contacts&format=csv")
    assert sorted(row["contact_id"] for row in file) == contacts


def test_cohorts_are_the_marts_rows(client: TestClient, marts: duckdb.DuckDBPyConnection) -> None:
    rows = downloaded(client, "/engagement?tab=cohorts&download=cohorts&format=csv")
    expected = marts.execute("select * from mart_contact_cohorts order by 1 desc, 2").fetchall()
    assert [tuple(row.values()) for row in rows] == [tuple(map(str, row)) for row in expected]
    page = client.get("/engagement?tab=cohorts").text
    month, size, opened = marts.execute(
        "select first_sent_month, contacts, contacts_opened from mart_contact_cohorts"
        " where months_since = 0 order by contacts desc limit 1"
    ).fetchone() or (None, 0, 0)
    share = f"{opened / size * 100:.1f} %"
    line = re.search(
        rf'<th scope="row">{month:%b %Y}</th><td class="count">{size:,}</td><td class="count shade-\d">(.*?)</td>',
        page,
    )
    assert line and line[1] == share


def test_addresses_are_hidden_from_who_may_not_see_them(published: Path) -> None:
    client = TestClient(
        application(published, Rules(user_header="x-user"), HOSTS), headers={"x-user": "somebody"}
    )
    page = client.get("/engagement").text
    assert "@" not in re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    file = downloaded(client, "/engagement?download=engagement_of_contacts&format=csv")
    assert {row["email"] for row in file} <= {"hidden", ""}
