"""Worlds of contradictions: whatever the order of arrival, they end with the tables of one clean build.

`python -m reliability` tries hundreds. The experiment itself is tested too: it must find a planted fault.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from datetime import date
from itertools import zip_longest
from pathlib import Path
from random import Random

import pytest

from ingestion.config import Config
from reliability.experiments.worlds.recording import ANY_OTHER_ZONE, Kind, RecordingsByZone, for_zone, record
from reliability.experiments.worlds.schedule import Delivery, Schedule, Step, random_schedule
from reliability.experiments.worlds.trial import try_world
from reliability.experiments.worlds.world import File, World, random_world

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> RecordingsByZone:
    """What dbt sends in a first and in a second build; empty tables are enough to record it."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "landing").mkdir()
    kinds = (Kind.FIRST, Kind.INCREMENTAL)
    return {ANY_OTHER_ZONE: record(folder, folder / "landing", ANY_OTHER_ZONE, kinds)}


def test_a_world_in_any_order_ends_as_if_it_came_at_once(
    tmp_path: Path, recordings: RecordingsByZone
) -> None:
    random = Random(1)
    world = random_world(random)
    # Its time zone is UTC, under a name that needs no recording of its own.
    config = dataclasses.replace(world.config, reporting_time_zone="Etc/UTC")
    world = dataclasses.replace(world, config=config)
    schedule = random_schedule(random, world, "any order")
    trial = try_world("a world", world, schedule, tmp_path / "world", recordings)
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


def delivered(day: str, *records: dict[str, str], name: str = "a.ndjson") -> Delivery:
    return of_lines("interactions", day, name, records)


def of_lines(feed: str, day: str, name: str, records: Iterable[object]) -> Delivery:
    content = "".join(f"{json.dumps(record)}\n" for record in records).encode()
    return Delivery(File(feed, date.fromisoformat(day), name, content))


def earlier_copies_last() -> list[Delivery]:
    """Earlier copies of events, which take back what later copies said."""
    late = (
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
    early = (
        interaction("moves", "email_sent", contact_id="c2", message_id="m1", email_id="e1"),
        interaction("forgets", "journey_tile_entered", contact_id="c3", journey_id="j1", tile_id="t1"),
        interaction("forgets too", "email_clicked", message_id="m3", page_id="p1", email_id="e4"),
    )
    return [delivered("2026-03-05", *late), delivered("2026-03-01", *early)]


def parents_of_each_other() -> list[Delivery]:
    """Tiles that are parents of each other, after the contacts who passed them."""
    tiles = (("t5", "t6"), ("t6", "t5"), ("t7", "t7"), ("t7", "t8"))
    passed = [
        interaction(
            f"{tile} {state}", f"journey_tile_{state}", contact_id="c5", journey_id="j5", tile_id=tile
        )
        for tile in ("t5", "t6", "t7")
        for state in ("entered", "processed")
    ]
    snapshot = [{"journey_id": "j5", "tile_id": tile, "parent_tile_id": parent} for tile, parent in tiles]
    return [
        delivered("2026-03-01", *passed, name="passed.ndjson"),
        of_lines("crm", "2026-03-01", "journey_tiles.ndjson", snapshot),
    ]


def a_message_changes_hands() -> list[Delivery]:
    """A message that only an open which does not count gave to a contact, and that leaves the contact."""

    def brevo_events(day: str, **contacts: str) -> Delivery:
        event = {"email": "bo@one.example", "message-id": "<m1@relay.example>", "ts_epoch": 1_772_280_000_000}
        events = [
            event | {"event": kind, "X-Mailin-custom": json.dumps({"contact_id": contact})}
            for kind, contact in contacts.items()
        ]
        return of_lines("brevo", day, "a.ndjson", events)

    # `unique_opened` repeats `opened`, and does not count beside it.
    opened = brevo_events("2026-03-01", unique_opened="b1", opened="b2")
    return [opened, brevo_events("2026-03-02", delivered="b0")]


def ids_called_unknown() -> list[Delivery]:
    """Ids called unknown, which are missing ones, before events without ids and a contact of that name."""
    ids = ("contact_id", "website_id", "page_id", "form_id", "lead_id", "lead_scoring_model_id", "survey_id")
    types = ("website_visited", "page_visited", "form_visited", "lead_scored", "survey_responded")

    def happened(day: str, **fields: str) -> Delivery:
        events = (interaction(f"{kind} {day}", kind, visitor_id="v9", **fields) for kind in types)
        return delivered(day, *events, name="unknown.ndjson")

    of_nobody = interaction("by address", "survey_responded", survey_id="s1", recipient="ann@one.example")
    return [
        happened("2026-03-02", **dict.fromkeys(ids, "unknown")),
        happened("2026-03-01"),
        delivered("2026-03-03", of_nobody),
        of_lines(
            "crm", "2026-03-01", "contacts.ndjson", [{"contact_id": "unknown", "email": "ann@one.example"}]
        ),
    ]


def a_visitor_is_identified_last() -> list[Delivery]:
    """Activities of a visitor, a change of subscription among them, before it is known who the visitor is."""
    unknown = (
        interaction("visit", "page_visited", visitor_id="v5", page_id="p5"),
        interaction("subscription", "email_unsubscribed", visitor_id="v5"),
    )
    known = interaction("form", "form_submitted", visitor_id="v5", contact_id="c5", form_id="f5")
    name = "visitor.ndjson"
    return [delivered("2026-03-01", *unknown, name=name), delivered("2026-03-02", known, name=name)]


def test_what_arrives_last_counts_as_if_it_had_come_in_time(
    tmp_path: Path, recordings: RecordingsByZone
) -> None:
    stories = (
        earlier_copies_last(),
        parents_of_each_other(),
        a_message_changes_hands(),
        ids_called_unknown(),
        a_visitor_is_identified_last(),
    )
    steps = [tuple(filter(None, step)) for step in zip_longest(*stories)]
    files = tuple(delivery.file for step in steps for delivery in step)
    world = World(files, Config(reporting_time_zone="Asia/Kolkata"))
    schedule = Schedule("a delivery of each at a time", tuple(map(Step, steps)))
    assert try_world("these", world, schedule, tmp_path / "world", recordings).findings == []


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
