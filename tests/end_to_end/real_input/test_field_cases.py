"""Real-life inputs of users, from landing zone to published figures.

The inputs lie outside the project (`../shared/data/field_cases`); without them these tests skip and say so.
What is expected of each stands in `field_cases.yml`.
"""

from __future__ import annotations

import csv
import operator
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.harness.paths import REAL_DATA
from tests.harness.worlds import build, quick_builds

INPUTS = REAL_DATA / "field_cases"
EXPECTED: dict[str, dict[str, list[dict[str, Any]]]] = yaml.safe_load(
    Path(__file__).with_name("field_cases.yml").read_text(encoding="utf-8")
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not INPUTS.is_dir(), reason=f"the real-life inputs are not here: {INPUTS}"),
]

#: Where a key of `field_cases.yml` looks: the table and the column that names a row.
TABLES = {
    "email": ("mart_email_kpis", "email_id"),
    "contact": ("mart_contact_email_kpis", "contact_id"),
    "domain": ("mart_email_domains", "recipient_domain"),
    "file": ("build_files", "file"),
}
#: Columns that are no sums.
WORDS = {"suppression_status"}
SITE = {
    "visits": "count(*)",
    "visitors": "count(distinct visitor_key)",
    "human": "count(*) filter (where not is_machine)",
    "in_gb": "count(*) filter (where country = 'GB')",
}
COMPARISONS = {">=": operator.ge, "<=": operator.le}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, duckdb.DuckDBPyConnection]]:
    """The published file of each folder of inputs, all its cases in one landing zone."""
    connections = {}
    for kind in EXPECTED:
        work = tmp_path_factory.mktemp(kind)
        for feed in sorted(INPUTS.glob(f"{kind}/*/*/")):
            shutil.copytree(feed, work / "landing" / feed.name, dirs_exist_ok=True)
        with quick_builds():
            build(work / "landing", work / "home", "--config", str(INPUTS / kind / "touchpoint.yml"))
        connections[kind] = duckdb.connect(str(work / "home/published/insights.duckdb"), read_only=True)
        connections[kind].execute("use marts; set time zone 'UTC'")
    yield connections
    for connection in connections.values():
        connection.close()


@pytest.mark.parametrize(
    ("kind", "case"), [(kind, case) for kind, cases in EXPECTED.items() for case in cases]
)
def test_a_real_life_input_gives_what_its_users_expect(
    kind: str, case: str, published: dict[str, duckdb.DuckDBPyConnection]
) -> None:
    differences = [
        f"{key} {difference}"
        for promise in EXPECTED[kind][case]
        for key, expected in promise.items()
        for difference in _differences(published[kind], key, expected)
    ]
    assert not differences, "\n".join(differences)


def _differences(connection: duckdb.DuckDBPyConnection, key: str, expected: Any) -> list[str]:
    """What is not as expected, in words."""
    if key == "check":
        row = connection.execute(expected).fetchone()
        return [] if row is not None and row[0] is True else [f"{expected.strip()}: {row}"]
    if key == "quarantined or visited":
        return _lost_lines(connection, **expected)
    if key == "public formats":
        return _misread_formats(connection, **expected)
    table, _, name = key.partition(" ")
    name = name.strip("'")
    found = _site(connection, name) if table == "site" else _row(connection, table, name, expected)
    return [
        f"{column}: {found[column]}, expected {value}"
        for column, value in expected.items()
        if not _agrees(found[column], value)
    ]


def _agrees(found: Any, expected: Any) -> bool:
    if isinstance(expected, str) and expected[:2] in COMPARISONS:
        return bool(COMPARISONS[expected[:2]](found, int(expected[2:])))
    return bool(found == expected)


def _row(
    connection: duckdb.DuckDBPyConnection, table: str, name: str, expected: dict[str, Any]
) -> dict[str, Any]:
    relation, key = TABLES[table]
    columns = ", ".join(
        f"coalesce(min({column}), 'none')" if column in WORDS else f"coalesce(sum({column}), 0)"
        for column in expected
    )
    row = connection.execute(f"select {columns} from {relation} where {key} = ?", [name]).fetchone()
    assert row is not None
    return dict(zip(expected, row, strict=True))


def _site(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    sql = f"select {', '.join(SITE.values())} from mart_website_visits where website_id = ?"
    row = connection.execute(sql, [name]).fetchone()
    assert row is not None
    return dict(zip(SITE, row, strict=True))


def _lost_lines(connection: duckdb.DuckDBPyConnection, *, feed: str, site: str, visits: int) -> list[str]:
    """Each line is one visit of a visitor of its own, or stands in quarantine."""
    found = _site(connection, site)
    row = connection.execute("select count(*) from quarantine where feed = ?", [feed]).fetchone()
    assert row is not None
    if found["visits"] + row[0] == visits and found["visitors"] == found["visits"]:
        return []
    return [f"{site}: {found}, {row[0]} quarantined, expected {visits} together"]


def _misread_formats(
    connection: duckdb.DuckDBPyConnection, *, feed: str, site: str, host_site: str
) -> list[str]:
    """Each line is in quarantine, or one visit on its host's website by the visitor of the control line."""
    with (INPUTS / "web/50-public-formats/expected.tsv").open(encoding="utf-8", newline="") as opened:
        lines = list(csv.DictReader(opened, delimiter="\t"))
    refused = {
        line
        for (line,) in connection.execute("select line from quarantine where feed = ?", [feed]).fetchall()
    }
    visits = connection.execute(
        "select url, website_id, visitor_key from mart_website_visits where website_id in (?, ?)",
        [site, host_site],
    ).fetchall()
    controls = {url.rsplit("/control-", 1)[1]: visitor for url, _, visitor in visits if "/control-" in url}
    wrong = []
    for line in lines:
        if int(line["line"]) in refused or line["scored"] != "yes":
            continue
        website = host_site if "(the feed's)" in line["host"] else site
        seen = [visit for visit in visits if visit[0].endswith(line["path"])]
        if [visit[1:] for visit in seen] != [(website, controls[line["control"]])]:
            wrong.append(f"line {line['line']} ({line['public_source']}): {seen}")
    return wrong
