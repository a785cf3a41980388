"""Incremental = full: random worlds that arrive in any order end with the tables of one clean build.

Builds are replayed from recorded statements, a second each. Now and then the program itself builds a world,
with audit, and must agree with the replay.
"""

from __future__ import annotations

import multiprocessing
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from reliability.experiments.worlds.program_builds import try_with_program
from reliability.experiments.worlds.recording import ANY_OTHER_ZONE, UTC, Kind, Recordings, record
from reliability.experiments.worlds.trial import Trial, try_seed
from reliability.outcome import Outcome, Say

#: One world in this many is built by the program itself as well.
PROGRAM_EVERY = 25
_PROCESSES = 2


def run(size: int, seed: int, folder: Path, say: Say) -> list[Outcome]:
    """Try `size` worlds, with the seeds from `seed` on."""
    began = time.monotonic()
    recordings = {zone: _recorded(folder, zone, say) for zone in (UTC, ANY_OTHER_ZONE)}
    worlds = Outcome(
        "worlds",
        "days in any order and split, re-delivery, late arrival, backfill, interruption, full refresh",
        size,
        "worlds",
    )
    real = Outcome("worlds", "the same, by the program itself", 0, "worlds")
    seeds = range(seed, seed + size)
    with ProcessPoolExecutor(_PROCESSES, multiprocessing.get_context("forkserver")) as pool:
        trials = pool.map(partial(try_seed, folder=folder, recordings=recordings), seeds)
        for done, trial in enumerate(trials, start=1):
            _note(trial, worlds)
            if done % 10 == 0:
                say(f"{done} of {size} worlds, {worlds.wrong_cells} wrong cells, {worlds.losses} losses")
    worlds.seconds = time.monotonic() - began
    began = time.monotonic()
    for number in seeds[::PROGRAM_EVERY]:
        say(f"world {number} by the program itself")
        _note(try_with_program(number, folder, recordings), real)
        real.tried += 1
    real.seconds = time.monotonic() - began
    return [worlds, real]


def _recorded(folder: Path, zone: str, say: Say) -> Recordings:
    say(f"recording what dbt executes, in {zone}")
    landing = folder / "empty"
    landing.mkdir(parents=True, exist_ok=True)
    place = folder / f"recording_{zone.replace('/', '_')}"
    shutil.rmtree(place, ignore_errors=True)
    found = record(place, landing, zone, (Kind.FIRST, Kind.INCREMENTAL, Kind.RESUMED, Kind.FULL_REFRESH))
    shutil.rmtree(place)
    return found


def _note(trial: Trial, outcome: Outcome) -> None:
    outcome.wrong_cells += trial.wrong_cells
    outcome.losses += trial.losses
    outcome.findings += trial.findings
