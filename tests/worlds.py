"""Simulated worlds, built once in a run of tests and looked at from several rooms.

Belongs here: building a landing zone, and keeping what was built where every process of a run finds it. Does not
belong here: fixtures (`conftest.py`).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.cli import app
from simulator import simulate


@dataclass(frozen=True)
class World:
    """A landing zone, what is true of it, and the home of one build of it. Look at it, do not change it."""

    folder: Path

    @property
    def landing(self) -> Path:
        """The feeds, and `truth.json`."""
        return self.folder / "landing"

    @property
    def home(self) -> Path:
        """The home that was built."""
        return self.folder / "home"

    @property
    def published(self) -> Path:
        """The published database."""
        return self.home / "published" / "insights.duckdb"


def build(landing: Path, home: Path, *arguments: str) -> None:
    """`touchpoint build`, which must publish."""
    code = app.main(["build", "--landing", str(landing), "--home", str(home), *arguments])
    assert code == 0, f"touchpoint build ended with {code}"


def simulated(
    folder: Path, *, zone: str, contacts: int, days: int, seed: int, faults: tuple[str, ...]
) -> None:
    """Simulate a world that is reported in a time zone, and build it."""
    world = World(folder)
    simulate(world.landing, contacts=contacts, days=days, seed=seed, faults=faults, reporting_time_zone=zone)
    config = folder / "touchpoint.yml"
    config.write_text(f"reporting_time_zone: {zone}\n", encoding="utf-8")
    build(world.landing, world.home, "--config", str(config))


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> World:
    """The world that `make` leaves in a folder, which the processes of one run of pytest share."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder, done = root / name, root / f"{name}.done"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.touch()
    return World(folder)
