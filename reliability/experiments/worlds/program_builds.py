"""Builds a world with the program itself, audit and publication included, to compare with the replay."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import yaml

from ingestion.config import Config
from reliability.builds import process
from reliability.experiments.worlds.recording import RecordingsByZone
from reliability.experiments.worlds.replica import connect
from reliability.experiments.worlds.schedule import Schedule, at_once, deliver, random_schedule
from reliability.experiments.worlds.trial import Trial, build_replica
from reliability.experiments.worlds.world import random_world
from reliability.homes.comparison import in_words


def try_with_program(seed: int, folder: Path, recordings: RecordingsByZone) -> Trial:
    """Build the world of a seed at once in a replica and by its schedule with the program, and compare."""
    random = Random(seed)
    world = random_world(random)
    # Without interruptions: those would need kills, which another experiment has.
    schedule = random_schedule(random, world)
    steps = tuple(replace(step, interrupted_at=None) for step in schedule.steps)
    place = folder / f"real_{seed}"
    shutil.rmtree(place, ignore_errors=True)
    trial = Trial()
    where = f"world {seed}, {schedule.name}, by the program itself"
    if _build(Schedule(schedule.name, steps), world.config, place, where, trial):
        with connect() as connection:
            replica = build_replica(world, at_once(world), place / "replica", recordings, connection, trial)
            published = place / "home" / "published" / "insights.duckdb"
            if cells := replica.wrong_cells_of(published):
                trial.wrong_cells += sum(cells.values())
                trial.findings.append(f"{where}: {in_words(cells)}")
        shutil.rmtree(place)
    return trial


def _build(schedule: Schedule, config: Config, place: Path, where: str, trial: Trial) -> bool:
    """Build with the program; return whether every build was published."""
    configuration = place / "touchpoint.yml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text(yaml.safe_dump(_as_yaml(config)))
    for number, step in enumerate(schedule.steps):
        deliver(step, place / "landing")
        arguments = process.build(place / "landing", place / "home", "--config", str(configuration))
        log = place / f"build_{number}.log"
        trial.builds += 1
        if (code := process.run([*arguments, *(["--full-refresh"] if step.full_refresh else [])], log)) != 0:
            trial.losses += 1
            trial.findings.append(f"{where}: build {number} ended with {code}: {log.read_text()[-1000:]}")
            return False
    return True


def _as_yaml(config: Config) -> dict[str, object]:
    feeds = [
        {
            name: value
            for name in ("name", "adapter", "path", "timezone", "host")
            if (value := getattr(feed, name)) is not None
        }
        for feed in config.feeds
    ]
    return {"reporting_time_zone": config.reporting_time_zone, "feeds": feeds}
