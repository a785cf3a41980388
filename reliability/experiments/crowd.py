"""Readers, second builds and status commands at a home while it is built again and again."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import duckdb

from orchestration.home import Home, lock
from reliability.builds import interruption, process
from reliability.builds.process import Build
from reliability.builds.stages import STAGES, World
from reliability.homes.reader import Reader
from reliability.outcome import Outcome, Say

_STAGE = STAGES[0]
_BUSY = 4
#: Builds per round; one reader keeps its connection open over both.
_BUILDS = 2
_PAUSE = 0.02


def run(size: int, seed: int, folder: Path, say: Say) -> list[Outcome]:
    """Run `size` rounds of builds with readers, second builds and status commands."""
    world = World.make(folder / "world", seed)
    readers = Outcome("crash safety", f"a reader in a loop during {_BUILDS * size} builds", 0, "looks")
    second = Outcome("crash safety", "a second build at once", 0, "second builds")
    keepers = Outcome("crash safety", "a reader that keeps its connection over builds", 0, "connections")
    askers = Outcome("crash safety", "status asked during a build", 0, "answers")
    home = Home(world.folder / "crowd")
    shutil.copytree(world.reference(_STAGE).home, home.root, symlinks=True)
    landing = world.folder / "landing-of-crowd"
    world.deliver(landing, _STAGE)
    arguments = world.arguments(landing, home.root, _STAGE)
    reader = Reader(home.published)
    started = time.monotonic()
    expected = _figures(home)
    for number in range(size):
        with duckdb.connect(str((home.published / "insights.duckdb").resolve()), read_only=True) as kept:
            for _ in range(_BUILDS):
                build = _start(arguments, world.folder / "first.log", home, readers)
                _second(arguments, world.folder / "second.log", build, second)
                _ask(home, world.folder / "status.log", build, askers)
                if build.wait():
                    readers.add_loss(f"build {number} ended with {build.wait()}: {build.output[-300:]}")
            keepers.tried += 1
            if (found := _read(kept)) != expected:
                keepers.add_loss(f"build {number}: {found} where {expected} was, on a connection kept open")
        say(f"{number + 1} of {size} rounds of builds with a crowd around")
    report = reader.stop()
    readers.tried = report.looks
    for finding in report.findings:
        readers.add_loss(finding)
    readers.seconds = time.monotonic() - started
    return [readers, keepers, second, askers]


def _start(arguments: list[str], log: Path, home: Home, outcome: Outcome) -> Build:
    build = process.start(arguments, log, around=interruption.publish_only(None, arguments))
    while lock.holder(home.lock) != build.pid:
        if build.wait(_PAUSE) is not None:
            outcome.add_loss(f"a build ended before it held its home: {build.output[-300:]}")
            break
    return build


def _second(arguments: list[str], log: Path, first: Build, outcome: Outcome) -> None:
    code = process.run(arguments, log)
    if first.wait(0) is not None:
        return
    outcome.tried += 1
    output = log.read_text()
    if code != _BUSY or f"process {first.pid}" not in output or "wait" not in output:
        outcome.add_loss(f"a second build ended with {code} and said: {output[-300:]}")


def _ask(home: Home, log: Path, first: Build, outcome: Outcome) -> None:
    code = process.run(["status", "--home", str(home.root)], log)
    outcome.tried += 1
    output = log.read_text()
    if code or (first.wait(0) is None and "A build is at work" not in output):
        outcome.add_loss(f"status ended with {code} and said: {output[-300:]}")


def _figures(home: Home) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home.published / "insights.duckdb"), read_only=True) as connection:
        return _read(connection)


def _read(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute("from marts.mart_email_kpis order by email_id").fetchall()
