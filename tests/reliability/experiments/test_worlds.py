"""A few random worlds: whatever the order of arrival, they end with the tables of one clean build.

`python -m reliability` tries hundreds. The experiment itself is tested too: it must find a planted fault.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.config import Config
from reliability.experiments.worlds.recording import ANY_OTHER_ZONE, Kind, RecordingsByZone, for_zone, record
from reliability.experiments.worlds.schedule import (
    DISTURBED,
    ORDERS,
    Delivery,
    Schedule,
    Step,
    random_schedule,
)
from reliability.experiments.worlds.trial import Trial, try_world
from reliability.experiments.worlds.world import File, World, random_world

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> RecordingsByZone:
    """What dbt sends in a first and in a second build; empty tables are enough to record it."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "landing").mkdir()
    kinds = (Kind.FIRST, Kind.INCREMENTAL)
    return {ANY_OTHER_ZONE: record(folder, folder / "landing", ANY_OTHER_ZONE, kinds)}


def tried(seed: int, order: str, folder: Path, recordings: RecordingsByZone) -> Trial:
    """Build a world at once and in steps. Its time zone is UTC under a name that needs no recording of its
    own."""
    random = Random(seed)
    world = random_world(random)
    if world.config.reporting_time_zone == "UTC":
        config = dataclasses.replace(world.config, reporting_time_zone="Etc/UTC")
        world = dataclasses.replace(world, config=config)
    schedule = random_schedule(random, world, order)
    return try_world(f"world {seed}", world, schedule, folder / "world", recordings)


@settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32), order=st.sampled_from([order for order in ORDERS if order != DISTURBED]))
def test_a_world_in_any_order_ends_as_if_it_came_at_once(
    seed: int, order: str, tmp_path: Path, recordings: RecordingsByZone
) -> None:
    trial = tried(seed, order, tmp_path, recordings)
    assert trial.builds > 2
    assert trial.findings == []


def interaction(interaction_id: str, interaction_type: str, **fields: str) -> dict[str, str]:
    """A native interaction; all happen at the same instant."""
    at = "2026-02-28T12:00:00Z"
    return {
        "interaction_id": interaction_id,
        "interaction_type": interaction_type,
        "occurred_at": at,
    } | fields


def delivered(day: str, *records: dict[str, str]) -> Delivery:
    content = "".join(f"{json.dumps(record)}\n" for record in records).encode()
    return Delivery(File("interactions", date.fromisoformat(day), "a.ndjson", content))


def test_earlier_copies_that_arrive_later_take_back_what_later_copies_said(
    tmp_path: Path, recordings: RecordingsByZone
) -> None:
    late = delivered(
        "2026-03-05",
        # An event without a message id joins its contact's message, until another copy gives that message to
        # another contact.
        interaction("moves", "email_sent", contact_id="c1", message_id="m1", email_id="e1"),
        interaction("stays behind", "email_opened", contact_id="c1", email_id="e1"),
        # Ids that none of the counting copies has.
        interaction(
            "forgets", "journey_tile_entered", contact_id="c3", journey_id="j late", tile_id="t late"
        ),
        interaction(
            "forgets too",
            "email_clicked",
            message_id="m3",
            visitor_id="v1",
            page_id="p late",
            email_id="late",
        ),
        interaction("forgets nothing", "email_opened", message_id="m4", email_id="e4"),
    )
    early = delivered(
        "2026-03-01",
        interaction("moves", "email_sent", contact_id="c2", message_id="m1", email_id="e1"),
        interaction("forgets", "journey_tile_entered", contact_id="c3", journey_id="j1", tile_id="t1"),
        interaction("forgets too", "email_clicked", message_id="m3", page_id="p1", email_id="e4"),
    )
    world = World((late.file, early.file), Config(reporting_time_zone="Asia/Kolkata"))
    schedule = Schedule("the earlier copies last", (Step((late,)), Step((early,))))
    assert try_world("these", world, schedule, tmp_path / "world", recordings).findings == []


def test_tiles_that_are_parents_of_each_other_are_counted_like_any(
    tmp_path: Path, recordings: RecordingsByZone
) -> None:
    tiles = "".join(
        f"{json.dumps({'journey_id': 'j1', 'tile_id': tile, 'parent_tile_id': parent})}\n"
        for tile, parent in (("t1", "t2"), ("t2", "t1"), ("t3", "t3"), ("t3", "t4"))
    ).encode()
    snapshot = Delivery(File("crm", date(2026, 3, 1), "journey_tiles.ndjson", tiles))
    passed = delivered(
        "2026-03-01",
        *(
            interaction(
                f"{tile} {state}", f"journey_tile_{state}", contact_id="c1", journey_id="j1", tile_id=tile
            )
            for tile in ("t1", "t2", "t3")
            for state in ("entered", "processed")
        ),
    )
    world = World((snapshot.file, passed.file), Config(reporting_time_zone="Asia/Kolkata"))
    schedule = Schedule("the tiles last", (Step((passed,)), Step((snapshot,))))
    assert try_world("a circle", world, schedule, tmp_path / "world", recordings).findings == []


def test_a_message_that_only_an_uncounted_open_gave_to_a_contact_can_leave_the_contact(
    tmp_path: Path, recordings: RecordingsByZone
) -> None:
    def brevo_events(day: str, **contacts: str) -> Delivery:
        content = "".join(
            json.dumps(
                {
                    "event": event,
                    "email": "ann@one.example",
                    "message-id": "<m1@relay.example>",
                    "ts_epoch": 1_772_280_000_000,
                    "X-Mailin-custom": json.dumps({"contact_id": contact}),
                }
            )
            + "\n"
            for event, contact in contacts.items()
        ).encode()
        return Delivery(File("brevo", date.fromisoformat(day), "a.ndjson", content))

    # `unique_opened` repeats `opened`, and does not count beside it.
    opened = brevo_events("2026-03-01", unique_opened="c1", opened="c2")
    delivered_to = brevo_events("2026-03-02", delivered="c0")
    world = World((opened.file, delivered_to.file), Config(reporting_time_zone="Asia/Kolkata"))
    schedule = Schedule("day by day", (Step((opened,)), Step((delivered_to,))))
    assert try_world("a message", world, schedule, tmp_path / "world", recordings).findings == []


def test_an_id_called_unknown_is_a_missing_one(tmp_path: Path, recordings: RecordingsByZone) -> None:
    ids = ("contact_id", "website_id", "page_id", "form_id", "lead_id", "lead_scoring_model_id", "survey_id")
    types = ("website_visited", "page_visited", "form_visited", "lead_scored", "survey_responded")

    def happened(day: str, **fields: str) -> Delivery:
        return delivered(
            day, *(interaction(f"{kind} {day}", kind, visitor_id="v1", **fields) for kind in types)
        )

    named = happened("2026-03-02", **dict.fromkeys(ids, "unknown"))
    unnamed = happened("2026-03-01")
    addresses = "".join(
        f"{json.dumps(row)}\n" for row in ({"contact_id": "unknown", "email": "ann@one.example"},)
    ).encode()
    snapshot = Delivery(File("crm", date(2026, 3, 1), "contacts.ndjson", addresses))
    of_nobody = delivered(
        "2026-03-03",
        interaction("by address", "survey_responded", survey_id="s1", recipient="ann@one.example"),
    )
    steps = ((named,), (unnamed, of_nobody), (snapshot,))
    world = World(
        tuple(delivery.file for step in steps for delivery in step),
        Config(reporting_time_zone="Asia/Kolkata"),
    )
    schedule = Schedule("the unnamed last", tuple(map(Step, steps)))
    assert try_world("unknowns", world, schedule, tmp_path / "world", recordings).findings == []


def test_a_build_that_skips_a_model_is_found(tmp_path: Path, recordings: RecordingsByZone) -> None:
    right = recordings[ANY_OTHER_ZONE]
    kept = tuple(node for node in right[Kind.INCREMENTAL].nodes if node.name != "fct_email_messages")
    assert len(kept) == len(right[Kind.INCREMENTAL].nodes) - 1
    wrong = right | {Kind.INCREMENTAL: dataclasses.replace(right[Kind.INCREMENTAL], nodes=kept)}
    sent = delivered("2026-03-01", interaction("1", "email_sent", message_id="m1"))
    opened = delivered("2026-03-02", interaction("2", "email_opened", message_id="m1"))
    world = World((sent.file, opened.file), Config(reporting_time_zone="Asia/Kolkata"))
    schedule = Schedule("day by day", (Step((sent,)), Step((opened,))))
    trial = try_world("one message", world, schedule, tmp_path / "world", {ANY_OTHER_ZONE: wrong})
    assert trial.wrong_cells > 0
    assert "one message, day by day: fct_email_messages: " in trial.findings[0]
    # The audit finds it too, without a clean build to compare with.
    assert trial.losses > 0


def test_a_recording_serves_any_zone(recordings: RecordingsByZone) -> None:
    moved = for_zone(recordings, "Asia/Kolkata")[Kind.INCREMENTAL]
    texts = [sql for node in moved.nodes for sql in node.statements]
    assert any("timezone('Asia/Kolkata'" in sql for sql in texts)
    assert not any(ANY_OTHER_ZONE in sql for sql in texts)


def test_a_seed_makes_one_world() -> None:
    assert random_world(Random(5)) == random_world(Random(5))
    assert random_world(Random(5)) != random_world(Random(6))
