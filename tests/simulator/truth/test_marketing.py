"""The true tables of journeys, segments and leads agree with each other and with the files."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import pytest

from tests.simulator import landing_files
from tests.simulator.conftest import Simulated

STATES = ("processing", "blocked", "failed", "processed")


@pytest.fixture(params=["clean", "faulty"])
def world(request: pytest.FixtureRequest) -> Simulated:
    return request.getfixturevalue(request.param)


def newest(world: Simulated, entity: str, day: int) -> list[dict[str, Any]]:
    """Return the entity's rows of one CRM snapshot, all values as text."""
    folder = sorted((world.landing / "crm").iterdir())[day]
    (path,) = folder.glob(f"{entity}.*")
    return [{name: str(value) for name, value in row.items()} for row in landing_files.rows(path)]


def test_inflow_is_the_sum_of_the_states(world: Simulated) -> None:
    for table in ("mart_journey_tile_volumes", "mart_journey_tile_volumes_daily"):
        rows = world.table(table)
        assert rows
        assert all(row["inflow"] == sum(row[state] for state in STATES) for row in rows)


def test_grains_agree(world: Simulated) -> None:
    key = ("journey_id", "tile_id")
    states: Counter[tuple[str, ...]] = Counter()
    for row in world.table("mart_journey_tile_contacts"):
        states[row["journey_id"], row["tile_id"], row["state"]] += 1
    paths, reasons = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for row in world.table("mart_journey_tile_paths"):
        paths[tuple(row[name] for name in key)] += row["passes"]
    for row in world.table("mart_journey_tile_blocked"):
        reasons[tuple(row[name] for name in key)] += row["passes"]
    for row in world.table("mart_journey_tile_volumes"):
        tile = tuple(row[name] for name in key)
        assert [row[state] for state in STATES] == [states[*tile, state] for state in STATES]
        assert row["processed"] == paths[tile]
        assert row["blocked"] == reasons[tile]


def test_every_state_and_a_loop_occur(clean: Simulated) -> None:
    rows = clean.table("mart_journey_tile_contacts")
    assert {row["state"] for row in rows} == set(STATES)
    entries = Counter(
        (event["tile_id"], event["contact_id"], event["iteration_id"])
        for event in landing_files.events(clean.landing, "interactions")
        if event.get("interaction_type") == "journey_tile_entered" and event["tile_id"]
    )
    assert max(entries.values()) > 1


def test_a_tile_has_no_more_inflow_than_its_parent_processed(clean: Simulated) -> None:
    volumes = {(row["journey_id"], row["tile_id"]): row for row in clean.table("mart_journey_tile_volumes")}
    children = [row for row in newest(clean, "journey_tiles", 0) if row["parent_tile_id"] not in ("", "None")]
    compared = 0
    for child in children:
        parent = volumes.get((child["journey_id"], child["parent_tile_id"]))
        found = volumes.get((child["journey_id"], child["tile_id"]))
        if parent and found:
            compared += 1
            assert found["inflow"] <= parent["processed"], child
    assert compared > 10


def test_the_crm_drops_a_tile_that_contacts_passed(clean: Simulated) -> None:
    first, last = ({row["tile_id"] for row in newest(clean, "journey_tiles", day)} for day in (0, -1))
    dropped = first - last
    assert dropped
    assert dropped & {row["tile_id"] for row in clean.table("mart_journey_tile_volumes")}


def test_journeys_count_each_pass_once(clean: Simulated) -> None:
    passes = defaultdict(set)
    for row in clean.table("mart_journey_tile_contacts"):
        passes[row["journey_id"]].add((row["contact_id"], row["iteration_id"]))
    for row in clean.table("mart_journey_kpis"):
        assert row["entered"] == len(passes[row["journey_id"]])
        assert row["entered"] == row["in_progress"] + row["completed"] + row["stopped"]


def test_members_are_the_day_before_plus_joins_minus_leaves(clean: Simulated) -> None:
    by_segment = defaultdict(list)
    for row in clean.table("mart_segment_daily"):
        by_segment[row["segment_id"]].append(row)
    # The other segments have only one source: the CRM alone, or counts alone.
    for segment in ("segment-2", "segment-4", "segment-7"):
        rows = by_segment[segment]
        assert sum(row["members_joined"] for row in rows) > 0
        for before, after in pairwise(rows):
            moved = after["members_joined"] - after["members_left"]
            assert after["members"] == before["members"] + moved
    assert {row["members"] for row in by_segment["segment-5"]} == {0}
    assert all(rows[-1]["snapshot_date"] == "2026-01-14" for rows in by_segment.values())


def test_members_are_the_crms_on_days_with_a_snapshot(world: Simulated) -> None:
    members = Counter(row["segment_id"] for row in newest(world, "segment_members", -1))
    last = max(row["snapshot_date"] for row in world.table("mart_segment_daily"))
    in_truth = {
        row["segment_id"]: row["members"]
        for row in world.table("mart_segment_daily")
        if row["snapshot_date"] == last
    }
    for segment in ("segment-1", "segment-4", "segment-5"):
        assert in_truth[segment] == members[segment]


def test_leads_are_the_crms(world: Simulated) -> None:
    rows = {row["lead_id"]: row for row in newest(world, "leads", -1)}
    in_truth = {row["lead_id"]: row for row in world.table("mart_lead_insights")}
    assert rows.keys() == in_truth.keys()
    for lead, row in in_truth.items():
        assert row["status"] == rows[lead]["status"]
        assert row["age_days"] >= 0
    assert {row["is_sales_ready"] for row in in_truth.values()} == {True, False}
    assert len({row["stage"] for row in in_truth.values()}) > 2


def test_scores_are_the_latest(clean: Simulated) -> None:
    scored: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for event in landing_files.events(clean.landing, "interactions"):
        if event["interaction_type"] == "lead_scored":
            key = event["lead_id"], event["lead_scoring_model_id"]
            scored[key].append((event["occurred_at"], float(event["score"])))
    in_truth = {
        (row["lead_id"], row["lead_scoring_model_id"]): row["score"]
        for row in clean.table("mart_lead_scores")
        if row["lead_scoring_model_id"] != "unknown"
    }
    assert in_truth == {key: max(found)[1] for key, found in scored.items()}
    assert max(len(found) for found in scored.values()) > 1


def test_suppressed_contacts_have_a_reason(clean: Simulated) -> None:
    rows = clean.table("mart_contact_email_kpis")
    statuses = Counter(row["suppression_status"] for row in rows)
    assert {"none", "hard_bounce", "complaint"} <= statuses.keys()
    for row in rows:
        assert (row["suppressed_until"] is None) == (row["suppression_status"] in ("none", "complaint"))
