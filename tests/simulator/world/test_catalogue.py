"""The simulator's addresses and agents are what public tables say, and its machines obey the rule of
kpis.md."""

from __future__ import annotations

from collections import defaultdict

import crawleruseragents
import pytest
from geoip2fast import GeoIP2Fast
from ua_parser import parse

from simulator.world.catalogue import (
    ADDRESSES,
    AGENTS,
    COUNTRIES,
    CRAWLERS,
    PLACES,
    PLACES_WITHOUT_COORDINATES,
    PRIVATE_ADDRESS,
    Agent,
)
from tests.simulator import landing_files
from tests.simulator.conftest import Simulated


def test_addresses_are_in_the_country_we_say() -> None:
    lookup = GeoIP2Fast()
    assert [(ip, lookup.lookup(ip).country_code) for ip, _ in ADDRESSES] == list(ADDRESSES)
    assert lookup.lookup(PRIVATE_ADDRESS).country_code not in COUNTRIES


def test_tables_are_in_the_order_of_the_countries() -> None:
    assert [place.country for place in PLACES] == list(COUNTRIES)
    assert [place.country for place in PLACES_WITHOUT_COORDINATES] == list(COUNTRIES)
    assert [country for _, country in ADDRESSES] == [country for country in COUNTRIES for _ in range(2)]


@pytest.mark.parametrize("agent", (*AGENTS, *CRAWLERS), ids=lambda agent: agent.text)
def test_agents_are_what_a_parser_makes_of_them(agent: Agent) -> None:
    found = parse(agent.text)
    assert found.user_agent and found.user_agent.family == agent.client
    assert (found.os.family if found.os else "unknown") == agent.operating_system
    assert crawleruseragents.is_crawler(agent.text) == (agent in CRAWLERS)


def test_scanners_meet_the_rule_and_people_never_do(clean: Simulated) -> None:
    """The machine rule of kpis.md, applied to SendGrid's files, finds as many human clicks as the truth
    has."""
    delivered: dict[str, int] = {}
    clicks: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    journeys: set[str] = set()
    for body in landing_files.events(clean.landing, "sendgrid"):
        journeys.add(body["journey_id"])
        message = body["smtp-id"].partition("@")[0]
        if body["event"] == "delivered":
            delivered[message] = body["timestamp"]
        elif body["event"] == "click":
            clicks[message].append((body["timestamp"], body.get("url", ""), body["useragent"]))
    people = 0
    for message, found in clicks.items():
        for at, _, agent in found:
            prompt = at - delivered.get(message, -(10**9)) < 10
            burst = any(
                len({url for when, url, _ in found if start <= when <= start + 5}) >= 3
                for start in {when for when, _, _ in found if at - 5 <= when <= at}
            )
            people += not (prompt or burst or crawleruseragents.is_crawler(agent))
    rows = [row for row in clean.table("mart_email_journey_kpis") if row["journey_id"] in journeys]
    assert 0 < people == sum(row["clicked_total_human"] for row in rows)
    assert people < sum(row["clicked_total"] for row in rows)
