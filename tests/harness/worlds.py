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

import expectations
from expectations.check import Check, CheckResult, measured, result_of, words_of
from expectations.engine import Engine
from expectations.suites import CHECKS
from orchestration.build.dbt import runner
from orchestration.cli.arguments import main
from orchestration.publish import site
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


def judged(engine: Engine, checks: Iterable[Check] = CHECKS) -> dict[str, CheckResult]:
    """The verdicts of the audit without Great Expectations and Data Docs, which take ten times as long."""
    results = {}
    for check in checks:
        findings = measured(engine, check.rule)
        broken = [finding for finding in findings if not finding.keeps_bounds]
        results[check.name] = result_of(check, not broken, words_of(findings), broken)
    return results


@contextlib.contextmanager
def quick_builds() -> Iterator[None]:
    """Builds of this process leave out dbt's tests, which only read, Data Docs, and the pages about a build.

    The rules of the audit are judged as ever. That is more than half of a small build's time.
    """
    arguments = runner.build_arguments
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            runner,
            "build_arguments",
            lambda *given, **named: [*arguments(*given, **named), "--exclude-resource-type", "test"],
        )
        patch.setattr(expectations, "preload", lambda: None)
        patch.setattr(expectations, "judge", lambda engine, *_: list(judged(engine).values()))
        patch.setattr(site, "bring_up_to_date", lambda *_: None)
        yield


def arrived(folder: Path, days: Iterable[str], deliver: Callable[[Path, str], None]) -> Path:
    """The home of one build of everything that a world by hand delivers on some days."""
    for day in days:
        deliver(folder / "landing", day)
    with quick_builds():
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


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder with what `make` leaves in it, which the processes of one run of pytest share."""
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
    return folder
