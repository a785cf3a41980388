"""A small landing zone and a home built from it, made once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from simulator import simulate
from tests.harness.paths import CHECKOUT
from tests.harness.worlds import build, made_once


@pytest.fixture(scope="session")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of every feed, nothing wrong with them; look at it, do not change it."""
    make = partial(simulate, contacts=30, days=2, seed=5)
    return made_once(tmp_path_factory, "orchestration-landing", make)


@pytest.fixture(scope="session")
def home_after_first_day(landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has published the first day; copy it before changing it."""

    def make(home: Path) -> None:
        build(landing, home, "--to", "2026-01-01")

    return made_once(tmp_path_factory, "orchestration-first-day", make)


@dataclass(frozen=True)
class Built:
    """A home, the build that was published before the last one, and what the last one said."""

    home: Path
    before: str
    out: str
    err: str


@pytest.fixture(scope="session")
def built(landing: Path, home_after_first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The second day built on top of the first, in a process of its own; look at it, do not change it."""

    def make(folder: Path) -> None:
        home = folder / "home"
        shutil.copytree(home_after_first_day, home, symlinks=True)
        command = [sys.executable, "-m", "orchestration.cli", "build"]
        command += ["--landing", str(landing), "--home", str(home)]
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (folder / "out").write_text(done.stdout)
        (folder / "err").write_text(done.stderr)

    folder = made_once(tmp_path_factory, "orchestration-built", make)
    before = (home_after_first_day / "published").resolve().name
    return Built(folder / "home", before, (folder / "out").read_text(), (folder / "err").read_text())


@pytest.fixture
def home(home_after_first_day: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    copy = tmp_path / "home"
    shutil.copytree(home_after_first_day, copy, symlinks=True)
    return copy
