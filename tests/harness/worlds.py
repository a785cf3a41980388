"""Worlds, simulated or by hand, built in a run of tests and looked at.

Belongs here: building a landing zone, keeping what was built where every process of a run finds it, and asking what
was published. Does not belong here: fixtures (`conftest.py`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.build.dbt import runner
from orchestration.cli.arguments import main
from simulator import simulate

#: Runs a query.
Rows = Callable[[str], list[tuple[Any, ...]]]


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
    code = main(["build", "--landing", str(landing), "--home", str(home), *arguments])
    assert code == 0, f"touchpoint build ended with {code}"


@contextlib.contextmanager
def without_dbt_tests() -> Iterator[None]:
    """Builds of this process leave out dbt's tests, which only read: that is half of a small build's time."""
    arguments = runner.build_arguments
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            runner,
            "build_arguments",
            lambda *given, **named: [*arguments(*given, **named), "--exclude-resource-type", "test"],
        )
        yield


def arrived(folder: Path, days: Iterable[str], deliver: Callable[[Path, str], None]) -> Path:
    """The home of one build of everything that a world by hand delivers on some days."""
    for day in days:
        deliver(folder / "landing", day)
    with without_dbt_tests():
        build(folder / "landing", folder / "home")
    return folder / "home"


def ask(home: Path, query: str) -> list[tuple[Any, ...]]:
    """Run a query over what a home published, instants in UTC and the marts in use."""
    with duckdb.connect(str(home / "published" / "insights.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'; use marts")
        return connection.execute(query).fetchall()


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """A text file of some lines, and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


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
            # What a process left that failed.
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return World(folder)
