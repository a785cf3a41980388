"""The true email tables keep the invariants of kpis.md, with and without faults."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest

from simulator.truth.email.kpis import COUNTS, RATES
from tests.simulator.conftest import Simulated

MESSAGE_GRAINS = (
    "mart_email_kpis_daily",
    "mart_email_kpis",
    "mart_email_journey_kpis",
    "mart_email_domains",
    "mart_email_domains_daily",
    "mart_feed_kpis_daily",
)


@pytest.fixture(params=["clean", "faulty"])
def world(request: pytest.FixtureRequest) -> Simulated:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("grain", MESSAGE_GRAINS)
def test_counts_add_up_in_every_row(world: Simulated, grain: str) -> None:
    for row in world.table(grain):
        assert row["sent"] == row["targeted"] - row["blocked"] - row["sending_failed"]
        assert row["bounced_total"] == row["bounced_hard"] + row["bounced_soft"] + row["bounced_other"]
        assert row["delivered"] == row["sent"] - row["bounced_total"]
        assert row["delivered_confirmed"] <= row["delivered"]
        assert row["did_not_open"] <= row["delivered"]
        for what in ("opened", "clicked"):
            assert row[f"{what}_unique_human"] <= row[f"{what}_unique"] <= row["targeted"]
            assert row[f"{what}_unique"] <= row[f"{what}_total"]
            assert row[f"{what}_total_human"] <= row[f"{what}_total"]


@pytest.mark.parametrize("grain", MESSAGE_GRAINS[1:])
def test_days_sum_to_totals(world: Simulated, grain: str) -> None:
    for count in COUNTS:
        daily = sum(row[count] for row in world.table("mart_email_kpis_daily"))
        assert daily == sum(row[count] for row in world.table(grain)), count


def test_rates_are_ratios_of_the_counts(world: Simulated) -> None:
    for row in world.table("mart_email_kpis"):
        for rate, (above, below) in RATES.items():
            expected = row[above] / row[below] if row[below] else None
            assert row[rate] == pytest.approx(expected), rate


def test_links_sum_to_clicks(world: Simulated) -> None:
    by_email: dict[str, int] = defaultdict(int)
    ranks: dict[str, list[int]] = defaultdict(list)
    for row in world.table("mart_email_links"):
        by_email[row["email_id"]] += row["clicks_total"]
        ranks[row["email_id"]].append(row["link_rank"])
        assert 0 < row["click_through_rate"] <= 1
    for row in world.table("mart_email_kpis"):
        assert by_email[row["email_id"]] == row["clicked_total"]
    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in ranks.values())
    daily = sum(row["clicks_total"] for row in world.table("mart_email_links_daily"))
    assert daily == sum(by_email.values())


def test_every_grain_of_events_counts_the_same_events(world: Simulated) -> None:
    interactions = Counter(row["interaction_type"] for row in world.table("mart_email_interactions"))
    hourly: Counter[str] = Counter()
    for row in world.table("mart_email_responses_hourly"):
        hourly[row["interaction_type"]] += row["interactions"]
        assert row["interactions_human"] <= row["interactions"]
    assert hourly == interactions
    for table in ("mart_email_geography", "mart_email_clients"):
        assert sum(row["opens"] for row in world.table(table)) == interactions["email_opened"]
        assert sum(row["clicks"] for row in world.table(table)) == interactions["email_clicked"]
    people = [row for row in world.table("mart_email_interactions") if not row["is_machine"]]
    human = Counter(row["interaction_type"] for row in people)
    totals = world.table("mart_email_kpis")
    assert sum(row["clicked_total_human"] for row in totals) == human["email_clicked"]
    assert sum(row["opened_total_human"] for row in totals) == human["email_opened"]


def test_recipients_are_the_messages(world: Simulated) -> None:
    rows = world.table("mart_email_recipients")
    statuses = Counter(row["delivery_status"] for row in rows)
    totals = world.table("mart_email_kpis")
    assert len(rows) == sum(row["targeted"] for row in totals)
    for status in ("blocked", "sending_failed", "bounced_hard", "bounced_soft", "bounced_other", "delivered"):
        assert statuses[status] == sum(row[status] for row in totals) > 0, status
    for row in rows:
        assert (row["opens"] > 0) == (row["first_opened_at"] is not None)
        assert (row["sent_at"] is None) == (row["delivery_status"] in ("blocked", "sending_failed"))
        if row["delivery_status"] != "sending_failed":
            # Not every format has a reason for messages that were not sent.
            assert (row["reason"] is None) == (row["delivery_status"] == "delivered")


def test_messages_of_a_clean_world_have_natural_keys(clean: Simulated) -> None:
    key = ("email_id", "journey_id", "tile_id", "contact_id", "iteration_id")
    found = Counter(tuple(row[name] for name in key) for row in clean.table("mart_email_recipients"))
    assert max(found.values()) == 1


def test_a_clean_world_has_all_there_is_to_count(clean: Simulated) -> None:
    totals: dict[str, Any] = {
        count: sum(row[count] for row in clean.table("mart_email_kpis")) for count in COUNTS
    }
    assert not [count for count, total in totals.items() if total == 0]
    # An invariant of kpis.md warns when more than half a percent of a feed's deliveries are unconfirmed.
    unsure = [row for row in clean.table("mart_email_interactions") if row["email_id"] == "unknown"]
    assert unsure == []


def test_machines_are_what_the_rules_say(clean: Simulated) -> None:
    clicks = [
        row for row in clean.table("mart_email_interactions") if row["interaction_type"] == "email_clicked"
    ]
    machine = [row for row in clicks if row["is_machine"]]
    assert 0 < len(machine) < len(clicks)
