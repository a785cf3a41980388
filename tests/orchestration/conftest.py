"""A small landing zone and a home built from it, made once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.cli.arguments import main
from simulator import simulate
from tests.harness.paths import CHECKOUT
from tests.harness.worlds import without_dbt_tests


@pytest.fixture(scope="session")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of every feed, nothing wrong with them."""
    folder = tmp_path_factory.mktemp("orchestration") / "landing"
    simulate(folder, contacts=30, days=2, seed=5)
    return folder


@pytest.fixture(scope="session")
def home_after_first_day(landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has published the first day; copy it before changing it."""
    home = tmp_path_factory.mktemp("orchestration") / "home"
    with without_dbt_tests():
        assert main(["build", "--landing", str(landing), "--home", str(home), "--to", "2026-01-01"]) == 0
    return home


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
    home = tmp_path_factory.mktemp("built") / "home"
    shutil.copytree(home_after_first_day, home, symlinks=True)
    before = (home / "published").resolve().name
    command = [
        sys.executable,
        "-m",
        "orchestration.cli",
        "build",
        "--landing",
        str(landing),
        "--home",
        str(home),
    ]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Built(home, before, done.stdout, done.stderr)


@pytest.fixture
def home(home_after_first_day: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    copy = tmp_path / "home"
    shutil.copytree(home_after_first_day, copy, symlinks=True)
    return copy
