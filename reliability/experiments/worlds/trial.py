"""Tries one world: its schedule must end with the tables of one clean build, and every check must pass."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import duckdb

from reliability.experiments.worlds.recording import RecordingsByZone, for_zone
from reliability.experiments.worlds.replica import Replica, connect
from reliability.experiments.worlds.schedule import Schedule, at_once, deliver, random_schedule
from reliability.experiments.worlds.world import World, random_world
from reliability.homes.comparison import in_words


@dataclass
class Trial:
    """The result for one world."""

    builds: int = 0
    wrong_cells: int = 0
    losses: int = 0
    findings: list[str] = field(default_factory=list)


def try_seed(seed: int, folder: Path, recordings: RecordingsByZone) -> Trial:
    """Draw a world and a schedule from a seed, and try them."""
    random = Random(seed)
    world = random_world(random)
    schedule = random_schedule(random, world)
    return try_world(f"world {seed}", world, schedule, folder / f"world_{seed}", recordings)


def try_world(
    name: str, world: World, schedule: Schedule, folder: Path, recordings: RecordingsByZone
) -> Trial:
    """Try a world in a folder of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    trial = Trial()
    where = f"{name}, {schedule.name}"
    with connect() as connection:
        try:
            build_replica(
                world, at_once(world), folder / "clean", recordings, connection, trial
            ).keep_as_expected()
            replica = build_replica(world, schedule, folder / "steps", recordings, connection, trial)
            if cells := replica.wrong_cells():
                trial.wrong_cells += sum(cells.values())
                trial.findings.append(f"{where}: {in_words(cells)}")
            failed = replica.failed_checks()
        except duckdb.Error as error:
            failed = [f"a build failed: {error}"]
    trial.losses += len(failed)
    trial.findings += [f"{where}: {check}" for check in failed]
    shutil.rmtree(folder)
    return trial


def build_replica(
    world: World,
    schedule: Schedule,
    folder: Path,
    recordings: RecordingsByZone,
    connection: duckdb.DuckDBPyConnection,
    trial: Trial,
) -> Replica:
    """Build a world by a schedule, in a replica."""
    ours = for_zone(recordings, world.config.reporting_time_zone)
    replica = Replica(folder / "home", world.config, ours, connection)
    for step in schedule.steps:
        deliver(step, folder / "landing")
        replica.build(folder / "landing", full_refresh=step.full_refresh, interrupted_at=step.interrupted_at)
        trial.builds += 1
    return replica
