"""A sample of the random worlds: whatever the order of arrival, the tables of one clean build.

`python -m reliability` tries hundreds. Here a few are tried, and the experiment itself: it must find a fault.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reliability.worlds.recording import ANY_OTHER_ZONE, Kind, RecordingsByZone, for_zone, record
from reliability.worlds.schedule import DISTURBED, WAYS, at_once, random_schedule
from reliability.worlds.trial import Trial, try_world
from reliability.worlds.world import random_world

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> RecordingsByZone:
    """What dbt executes in a first and in a second build: of nothing, which is enough to know it."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "landing").mkdir()
    kinds = (Kind.FIRST, Kind.ADDED)
    return {ANY_OTHER_ZONE: record(folder, folder / "landing", ANY_OTHER_ZONE, kinds)}


def tried(seed: int, way: str, folder: Path, recordings: RecordingsByZone) -> Trial:
    """A world built at once and in steps. UTC by a name that needs no recording of its own."""
    random = Random(seed)
    world = random_world(random)
    if world.config.reporting_time_zone == "UTC":
        config = dataclasses.replace(world.config, reporting_time_zone="Etc/UTC")
        world = dataclasses.replace(world, config=config)
    schedule = random_schedule(random, world, way)
    return try_world(f"world {seed}", world, schedule, folder / "world", recordings)


@settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32), way=st.sampled_from([way for way in WAYS if way != DISTURBED]))
def test_a_world_in_any_order_ends_as_if_it_came_at_once(
    seed: int, way: str, tmp_path: Path, recordings: RecordingsByZone
) -> None:
    trial = tried(seed, way, tmp_path, recordings)
    assert trial.builds > 2
    assert trial.findings == []


@pytest.mark.parametrize("forgotten", ["int_addresses_touched", "fct_email_messages"])
def test_a_build_that_forgets_something_is_found(
    forgotten: str, tmp_path: Path, recordings: RecordingsByZone
) -> None:
    right = recordings[ANY_OTHER_ZONE]
    kept = tuple(node for node in right[Kind.ADDED].nodes if node.name != forgotten)
    assert len(kept) == len(right[Kind.ADDED].nodes) - 1
    wrong = right | {Kind.ADDED: dataclasses.replace(right[Kind.ADDED], nodes=kept)}
    trial = tried(3, "any order", tmp_path, {ANY_OTHER_ZONE: wrong})
    assert trial.wrong_cells > 0
    assert "world 3, any order: " in trial.findings[0]


def test_a_broken_promise_is_found(tmp_path: Path, recordings: RecordingsByZone) -> None:
    right = recordings[ANY_OTHER_ZONE]
    broken = {
        kind: dataclasses.replace(
            recording,
            tests=recording.tests
            | {"nothing_was_sent": 'select count(*) from "insights"."marts"."fct_email_events"'},
        )
        for kind, recording in right.items()
    }
    random = Random(3)
    world = random_world(random)
    world = dataclasses.replace(
        world, config=dataclasses.replace(world.config, reporting_time_zone="Europe/Berlin")
    )
    trial = try_world("world 3", world, at_once(world), tmp_path / "world", {ANY_OTHER_ZONE: broken})
    assert [finding.split(": ")[1] for finding in trial.findings] == ["dbt test nothing_was_sent"]
    assert (trial.losses, trial.wrong_cells) == (1, 0)


def test_a_recording_serves_any_zone(recordings: RecordingsByZone) -> None:
    moved = for_zone(recordings, "Asia/Kolkata")[Kind.ADDED]
    texts = [sql for node in moved.nodes for sql in node.statements]
    assert any("timezone('Asia/Kolkata'" in sql for sql in texts)
    assert not any(ANY_OTHER_ZONE in sql for sql in texts)


def test_a_seed_makes_one_world() -> None:
    assert random_world(Random(5)) == random_world(Random(5))
    assert random_world(Random(5)) != random_world(Random(6))
