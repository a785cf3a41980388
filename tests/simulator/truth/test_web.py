"""The true web tables agree with each other and with what the files say of visitors."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from typing import Any

import pytest

from simulator.events.web.attribution import destination
from simulator.truth.web.interactions import address
from tests.simulator import landing_files
from tests.simulator.conftest import Simulated


@pytest.fixture(params=["clean", "faulty"])
def world(request: pytest.FixtureRequest) -> Simulated:
    return request.getfixturevalue(request.param)


def total(world: Simulated, table: str, column: str) -> int:
    return sum(row[column] for row in world.table(table))


@pytest.mark.parametrize(
    ("column", "tables"),
    [
        ("visits", ("mart_page_kpis_daily", "mart_page_kpis", "mart_page_geography")),
        ("submissions", ("mart_page_kpis_daily", "mart_page_kpis", "mart_page_geography")),
        ("leads_created", ("mart_page_kpis_daily", "mart_page_kpis")),
        ("visits", ("mart_form_kpis_daily", "mart_form_kpis")),
        ("submissions", ("mart_form_kpis_daily", "mart_form_kpis")),
        ("visits", ("mart_website_daily", "mart_website_pages", "mart_website_geography")),
        ("visits", ("mart_website_daily", "mart_website_pages_daily")),
        ("visits_human", ("mart_website_daily", "mart_website_pages", "mart_website_geography")),
        ("clicks", ("mart_redirect_url_daily", "mart_redirect_url_geography")),
    ],
)
def test_every_grain_counts_the_same(world: Simulated, column: str, tables: tuple[str, ...]) -> None:
    sums = {total(world, table, column) for table in tables}
    assert len(sums) == 1
    assert sums.pop() > 0


@pytest.mark.parametrize(
    ("rows", "counts", "column"),
    [
        ("mart_page_visits", "mart_page_kpis", "visits"),
        ("mart_page_submissions", "mart_page_kpis", "submissions"),
        ("mart_form_visits", "mart_form_kpis", "visits"),
        ("mart_form_submissions", "mart_form_kpis", "submissions"),
        ("mart_website_visits", "mart_website_daily", "visits"),
        ("mart_redirect_url_clicks", "mart_redirect_url_daily", "clicks"),
    ],
)
def test_rows_are_what_is_counted(world: Simulated, rows: str, counts: str, column: str) -> None:
    assert len(world.table(rows)) == total(world, counts, column) > 0


def test_people_are_some_of_all_and_sessions_some_of_visits(world: Simulated) -> None:
    for row in world.table("mart_website_daily"):
        assert row["visits_human"] <= row["visits"]
        assert row["visitors_human"] <= row["visitors"] <= row["visits"]
        assert row["sessions"] <= row["visits"]
    assert (
        total(world, "mart_website_daily", "visitors") <= total(world, "mart_website_daily", "sessions") + 50
    )
    machines = [row for row in world.table("mart_website_visits") if row["is_machine"]]
    assert 0 < len(machines) < len(world.table("mart_website_visits"))


def test_pages_of_a_website_are_ranked_without_gaps(world: Simulated) -> None:
    ranks: dict[str, list[int]] = defaultdict(list)
    for row in world.table("mart_website_pages"):
        ranks[row["website_id"]].append(row["page_rank"])
    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in ranks.values())
    assert "website-3" not in ranks, "nobody visits it"


def test_contacts_visits_are_known_visits(world: Simulated) -> None:
    known = [row for row in world.table("mart_website_visits") if row["contact_id"] != "unknown"]
    of_sites = [row for row in world.table("mart_contact_web") if row["website_id"] != "unknown"]
    assert len(known) == sum(row["visits"] for row in of_sites) > 0
    assert any(row["website_id"] == "unknown" for row in world.table("mart_contact_web"))


def test_generated_leads_are_credited_submissions(world: Simulated) -> None:
    created = [row for row in world.table("mart_form_submissions") if row["lead_result"] == "created"]
    credited = [row for row in created if row["attributed_email_id"] is not None]
    assert len(credited) == total(world, "mart_email_kpis", "generated_leads") > 0
    assert len(created) > len(credited)


def test_visitors_agree_with_the_files(clean: Simulated) -> None:
    """Visitors identified by ids alone are found again in the files: who was identified last, else first."""
    identified: dict[str, list[tuple[str, str]]] = defaultdict(list)
    by_address: set[str] = set()
    anonymous: dict[str, list[str]] = defaultdict(list)
    for visitor, contact, email, at, is_view in _records(clean):
        if contact:
            identified[visitor].append((at, contact))
        elif email:
            by_address.add(visitor)
        elif is_view:
            anonymous[visitor].append(at)
    shown: Counter[tuple[str, str]] = Counter()
    for row in (*clean.table("mart_website_visits"), *clean.table("mart_page_visits")):
        if row["visitor_key"]:
            shown[(row["occurred_at"][:23], row["visitor_key"])] += 1
    # Snowplow's files are not read here.
    snowplow = {row["visitor_key"] for row in clean.table("mart_website_visits")}
    kinds: Counter[str] = Counter()
    for visitor, times in anonymous.items():
        if visitor in by_address or visitor not in identified:
            continue
        known = sorted(identified[visitor])
        for at in times:
            before = bisect_right(known, at, key=lambda entry: entry[0])
            contact = known[max(before - 1, 0)][1]
            kinds["known before" if before else "known later"] += 1
            assert (at[:23], visitor) not in shown
            assert (at[:23], contact) in shown
    assert kinds["known before"] > 10
    assert kinds["known later"] > 10
    assert any(str(key).startswith("visitor-") for key in snowplow), "some are never known"
    shared = [known for known in identified.values() if len({contact for _, contact in known}) > 1]
    assert shared


def _records(world: Simulated) -> list[tuple[str, str | None, str | None, str, bool]]:
    """Yield visitor, contact, address, time and whether it is a view of a known website, for every feed
    but logs."""
    found: list[tuple[str, str | None, str | None, str, bool]] = []
    sites = ("www.shop.example", "shop.example", "blog.shop.example")
    for call in landing_files.events(world.landing, "segment"):
        visitor = call.get("anonymousId") or call.get("previousId")
        email = call.get("traits", {}).get("email") or call.get("context", {}).get("traits", {}).get("email")
        url = call.get("properties", {}).get("url", "").lower()
        view = call["type"] == "page" and url.partition("://")[2].partition("/")[0] in sites
        found.append((visitor, call.get("userId"), email, call["timestamp"][:23], view))
    for body in landing_files.events(world.landing, "interactions"):
        if body.get("visitor_id") and "+02:00" not in str(body["occurred_at"]):
            found.append((body["visitor_id"], body.get("contact_id") or None, body.get("recipient") or None,
                          str(body["occurred_at"])[:23], False))  # fmt: skip
    for path in landing_files.feed_files(world.landing, "snowplow"):
        for line in landing_files.content(path).decode().splitlines():
            columns: list[Any] = line.split("\t")
            at = columns[-7].replace(" ", "T")
            found.append((columns[15], columns[12] or None, None, at, False))
    return [entry for entry in found if entry[0]]


def test_urls_are_compared_as_the_contract_says() -> None:
    assert destination("HTTP://Shop.Example/offer/?a=/#b") == "shop.example/offer"
    assert address("HTTPS://Shop.Example/Offer/?a=/#b") == "https://shop.example/Offer"
    assert address("http://shop.example/") == "http://shop.example"
