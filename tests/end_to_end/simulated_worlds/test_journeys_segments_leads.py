"""Journeys, segments and leads by hand: a few contacts over four days, told late, twice and in any order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.harness.worlds import arrived, ask, write_lines

pytestmark = pytest.mark.slow

DAYS = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"]

#: Snapshots by day and entity, the first line the header. On the third day the CRM has lost tile t9.
CRM = {
    "2026-03-01": {
        "contacts": ["contact_id,email", "c1,one@a.example", "c2,two@a.example", "c3,three@a.example"],
        "journeys": ["journey_id,name", "j1,Welcome"],
        "journey_tiles": [
            "journey_id,tile_id,tile_type,name,parent_tile_id,parent_path,sort_order",
            "j1,t1,trigger,Opened?,,,1",
            "j1,t9,email,Reminder,t1,no,2",
        ],
        "segments": ["segment_id,name,segment_type", "s1,Customers,static"],
        "segment_members": ["segment_id,contact_id", "s1,c1", "s1,c2"],
        "leads": [
            "lead_id,contact_id,topic,stage,status,created_at,closed_at",
            "l1,c1,Boats,inquiry,open,2026-02-20T10:00:00Z,",
            "l2,c2,Cars,inquiry,open,2026-02-27T23:59:00Z,",
        ],
        "lead_scoring_models": [
            "lead_scoring_model_id,name,sales_ready_score", "m1,Interest,50", "m2,Budget,"
        ],
    },
    "2026-03-02": {
        "segment_members": ["segment_id,contact_id"],
        "leads": [
            "lead_id,contact_id,topic,stage,status,created_at,closed_at",
            "l1,c1,Boats,inquiry,open,2026-02-20T10:00:00Z,",
            "l2,c2,Cars,inquiry,open,2026-02-27T23:59:00Z,",
        ],
    },
    "2026-03-03": {
        "journey_tiles": [
            "journey_id,tile_id,tile_type,name,parent_tile_id,parent_path,sort_order",
            "j1,t1,trigger,Opened it?,,,1",
        ],
        "leads": [
            "lead_id,contact_id,topic,stage,status,created_at,closed_at",
            "l1,c1,Boats for one@a.example,qualified,open,2026-02-20T10:00:00Z,",
            "l2,c2,Cars,inquiry,won,2026-02-27T23:59:00Z,2026-03-03T00:01:00Z",
        ],
    },
}  # fmt: skip


def _tile(
    arrives: str, at: str, what: str, contact: str | None, tile: str, **others: Any
) -> tuple[str, dict]:
    kind = f"journey_tile_{what}"
    return arrives, {
        "interaction_type": kind, "occurred_at": at, "contact_id": contact, "journey_id": "j1",
        "iteration_id": others.pop("iteration_id", "i1"), "tile_id": tile, **others,
    }  # fmt: skip


def _event(arrives: str, at: str, kind: str, **fields: Any) -> tuple[str, dict]:
    return arrives, {"interaction_type": kind, "occurred_at": at, **fields}


EVENTS = [
    # c1 goes on, in a loop comes back and waits, and goes on again by another path; the entry of the second
    # round is told a day after its outcome.
    _tile(DAYS[0], "2026-03-01T08:00:00Z", "entered", "c1", "t1"),
    _tile(DAYS[0], "2026-03-01T09:00:00Z", "processed", "c1", "t1", path="no"),
    _tile(DAYS[2], "2026-03-02T08:00:00Z", "entered", "c1", "t1"),
    _tile(DAYS[1], "2026-03-02T09:00:00Z", "processed", "c1", "t1", path="yes"),
    # c2 is blocked: the entry, a day before, is told last of all, and moves the pass to that day.
    _tile(DAYS[3], "2026-03-01T23:00:00Z", "entered", "c2", "t1"),
    _tile(DAYS[1], "2026-03-02T10:00:00Z", "blocked", "c2", "t1", reason="consent"),
    # The next iteration is another pass; t9 is removed from the CRM, t7 it never knew.
    _tile(DAYS[1], "2026-03-02T11:00:00Z", "processed", "c2", "t1", iteration_id="i2"),
    _tile(DAYS[2], "2026-03-03T11:00:00Z", "entered", "c2", "t9", iteration_id="i2"),
    _tile(DAYS[2], "2026-03-03T12:00:00Z", "failed", "c3", "t7"),
    # Nobody known, and known only by address.
    _tile(DAYS[2], "2026-03-03T12:00:00Z", "entered", None, "t1"),
    _tile(DAYS[2], "2026-03-03T12:30:00Z", "entered", None, "t1", recipient=" Three@A.example"),
    # s1 is the CRM's, s2 is told of by events, the last of which is late; s3 is counted.
    _event(DAYS[1], "2026-03-02T10:00:00Z", "segment_left", segment_id="s1", contact_id="c1"),
    _event(DAYS[2], "2026-03-03T10:00:00Z", "segment_joined", segment_id="s1", contact_id="c3"),
    _event(DAYS[1], "2026-03-02T10:00:00Z", "segment_joined", segment_id="s2", contact_id="c1"),
    _event(DAYS[3], "2026-03-02T11:00:00Z", "segment_joined", segment_id="s2", contact_id="c2"),
    _event(DAYS[3], "2026-03-04T11:00:00Z", "segment_left", segment_id="s2", contact_id="c2"),
    _event(DAYS[2], "2026-03-03T22:00:00Z", "segment_members_counted", segment_id="s3", members_count=70),
    _event(DAYS[3], "2026-03-03T23:00:00Z", "segment_members_counted", segment_id="s3", members_count=71),
    # l1: an event says qualified before the CRM's snapshot of that day does, and proposed the day after.
    _event(DAYS[3], "2026-03-03T09:00:00Z", "lead_stage_changed", lead_id="l1", contact_id="c1", stage="qualified"),
    _event(DAYS[3], "2026-03-04T09:00:00Z", "lead_stage_changed", lead_id="l1", contact_id="c1", stage="proposed"),
    # l2: the event lies before a snapshot that says otherwise. l3 is unknown to the CRM.
    _event(DAYS[1], "2026-03-02T09:00:00Z", "lead_stage_changed", lead_id="l2", stage="qualified"),
    _event(DAYS[1], "2026-03-02T09:00:00Z", "lead_scored", lead_id="l1", lead_scoring_model_id="m1", score=40, grade="C"),
    _event(DAYS[3], "2026-03-03T09:00:00Z", "lead_scored", lead_id="l1", lead_scoring_model_id="m1", score=60, grade="B"),
    _event(DAYS[3], "2026-03-03T09:30:00Z", "lead_scored", lead_id="l2", lead_scoring_model_id="m1", score=90, grade="A"),
    _event(DAYS[3], "2026-03-04T09:00:00Z", "lead_scored", lead_id="l2", lead_scoring_model_id="m1", score=10, grade="D"),
    _event(DAYS[1], "2026-03-02T09:00:00Z", "lead_scored", lead_id="l3", lead_scoring_model_id="m2", score=5, is_sales_ready=True),
]  # fmt: skip


def deliver(landing: Path, day: str) -> None:
    """What arrives on one day."""
    for entity, lines in CRM.get(day, {}).items():
        write_lines(landing / "crm" / day / f"{entity}.csv", lines)
    records = [
        json.dumps({"interaction_id": f"n{number}", **event})
        for number, (arrives, event) in enumerate(EVENTS)
        if arrives == day
    ]
    write_lines(landing / "interactions" / day / "events.ndjson", records)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one build of all days."""
    return arrived(tmp_path_factory.mktemp("by_hand"), DAYS, deliver)


def rows(published: Path, columns: str, mart: str, where: str = "true") -> list[tuple[Any, ...]]:
    """Rows of a mart in the order of the columns asked for, instants and dates as text."""
    return [
        tuple(str(value)[:16] if hasattr(value, "isoformat") else value for value in row)
        for row in ask(published, f"select {columns} from {mart} where {where} order by all")
    ]


def test_where_contacts_stand(published: Path) -> None:
    columns = "tile_id, contact_id, iteration_id, state, reason, path, entered_at, left_at"
    assert rows(published, columns, "mart_journey_tile_contacts") == [
        ("t1", "c1", "i1", "processed", None, "yes", "2026-03-01 08:00", "2026-03-02 09:00"),
        ("t1", "c2", "i1", "blocked", "consent", None, "2026-03-01 23:00", "2026-03-02 10:00"),
        ("t1", "c2", "i2", "processed", None, "unknown", "2026-03-02 11:00", "2026-03-02 11:00"),
        ("t1", "c3", "i1", "processing", None, None, "2026-03-03 12:30", None),
        ("t1", "unknown", "i1", "processing", None, None, "2026-03-03 12:00", None),
        ("t7", "c3", "i1", "failed", None, None, "2026-03-03 12:00", "2026-03-03 12:00"),
        ("t9", "c2", "i2", "processing", None, None, "2026-03-03 11:00", None),
    ]


def test_tiles(published: Path) -> None:
    counts = "inflow, processing, blocked, failed, processed"
    assert rows(published, f"tile_id, tile_type, name, {counts}", "mart_journey_tile_volumes") == [
        ("t1", "trigger", "Opened it?", 5, 2, 1, 0, 2),
        ("t7", None, None, 1, 0, 0, 1, 0),
        ("t9", "email", "Reminder", 1, 1, 0, 0, 0),
    ]
    daily = rows(published, f"entry_date, {counts}", "mart_journey_tile_volumes_daily", "tile_id = 't1'")
    assert daily == [
        ("2026-03-01", 2, 0, 1, 0, 1),
        ("2026-03-02", 1, 0, 0, 0, 1),
        ("2026-03-03", 2, 2, 0, 0, 0),
    ]
    assert rows(published, "tile_id, reason, passes", "mart_journey_tile_blocked") == [("t1", "consent", 1)]
    assert rows(published, "tile_id, path, passes", "mart_journey_tile_paths") == [
        ("t1", "unknown", 1),
        ("t1", "yes", 1),
    ]


def test_journeys(published: Path) -> None:
    found = rows(published, "journey_id, name, entered, in_progress, completed, stopped", "mart_journey_kpis")
    # c1 is through, c2 stopped and in the next iteration waiting, c3 waiting on t1 though t7 failed.
    assert found == [("j1", "Welcome", 5, 3, 1, 1)]
    assert rows(published, "tile_id, parent_tile_id, parent_path, sort_order", "dim_journey_tile") == [
        ("t1", None, None, 1),
        ("t7", None, None, None),
        ("t9", "t1", "no", 2),
        ("unknown", None, None, None),
    ]


def test_segments(published: Path) -> None:
    columns = "segment_id, snapshot_date, members, members_joined, members_left"
    assert rows(published, columns, "mart_segment_daily") == [
        ("s1", "2026-03-01", 2, 0, 0),
        ("s1", "2026-03-02", 0, 0, 1),
        ("s1", "2026-03-03", 1, 1, 0),
        ("s1", "2026-03-04", 1, 0, 0),
        ("s2", "2026-03-02", 2, 2, 0),
        ("s2", "2026-03-03", 2, 0, 0),
        ("s2", "2026-03-04", 1, 0, 1),
        ("s3", "2026-03-03", 71, 0, 0),
        ("s3", "2026-03-04", 71, 0, 0),
    ]
    assert rows(published, "segment_id, name, segment_type", "dim_segment") == [
        ("s1", "Customers", "static"),
        ("s2", None, None),
        ("s3", None, None),
        ("unknown", None, None),
    ]


def test_leads(published: Path) -> None:
    # l1's latest stage is an event's after the last snapshot, l2's that snapshot's.
    columns = "lead_id, contact_id, topic, stage, status, age_days, is_sales_ready"
    assert rows(published, columns, "mart_lead_insights") == [
        ("l1", "c1", "Boats for ***", "proposed", "open", 12, True),
        ("l2", "c2", "Cars", "inquiry", "won", 4, False),
    ]
    assert rows(published, "lead_id, stage, status", "dim_lead") == [
        ("l1", "proposed", "open"),
        ("l2", "inquiry", "won"),
        ("l3", None, None),
        ("unknown", None, None),
    ]


def test_scores(published: Path) -> None:
    columns = "lead_id, lead_scoring_model_id, score, grade, scored_at"
    assert rows(published, columns, "mart_lead_scores") == [
        ("l1", "m1", 60.0, "B", "2026-03-03 09:00"),
        ("l2", "m1", 10.0, "D", "2026-03-04 09:00"),
        ("l3", "m2", 5.0, None, "2026-03-02 09:00"),
    ]
    columns = "lead_scoring_model_id, scored_date, leads_processed"
    assert rows(published, columns, "mart_lead_scoring_daily") == [
        ("m1", "2026-03-02", 1),
        ("m1", "2026-03-03", 2),
        ("m1", "2026-03-04", 1),
        ("m2", "2026-03-02", 1),
    ]


def test_a_leads_history(published: Path) -> None:
    columns = "occurred_at, change, stage_before, stage, score_before, score, entity_type, entity_name"
    own = "lead_id = 'l1' and entity_type = 'lead'"
    assert rows(published, columns, "mart_lead_timeline", own) == [
        ("2026-03-01 23:59", "stage", None, "inquiry", None, None, "lead", "Boats for ***"),
        ("2026-03-02 09:00", "score", None, None, None, 40.0, "lead", "Boats for ***"),
        # The snapshot of that evening says no more than the event did.
        ("2026-03-03 09:00", "score", None, None, 40.0, 60.0, "lead", "Boats for ***"),
        ("2026-03-03 09:00", "stage", "inquiry", "qualified", None, None, "lead", "Boats for ***"),
        ("2026-03-04 09:00", "stage", "qualified", "proposed", None, None, "lead", "Boats for ***"),
    ]
    contacts = rows(
        published,
        "interaction_type, entity_name, detail",
        "mart_lead_timeline",
        "lead_id = 'l2' and entity_type = 'journey'",
    )
    assert contacts == [
        ("journey_tile_blocked", "Welcome", "Opened it? · consent"),
        ("journey_tile_entered", "Welcome", "Opened it?"),
        ("journey_tile_entered", "Welcome", "Reminder"),
        ("journey_tile_processed", "Welcome", "Opened it?"),
    ]
    stages = rows(
        published,
        "occurred_at, stage_before, stage",
        "mart_lead_timeline",
        "lead_id = 'l2' and change = 'stage'",
    )
    assert stages == [
        ("2026-03-01 23:59", None, "inquiry"),
        ("2026-03-02 09:00", "inquiry", "qualified"),
        ("2026-03-02 23:59", "qualified", "inquiry"),
    ]
