"""Worlds and builds that several end-to-end tests look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.cli import app
from simulator import FAULTS, simulate


def build(landing: Path, home: Path, *arguments: str) -> None:
    """`touchpoint build`, which must publish."""
    code = app.main(["build", "--landing", str(landing), "--home", str(home), *arguments])
    assert code == 0, f"touchpoint build ended with {code}"


@pytest.fixture(scope="session")
def faulty_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world with every fault on: its landing zone."""
    landing = tmp_path_factory.mktemp("faulty") / "landing"
    simulate(landing, contacts=150, days=8, seed=11, faults=list(FAULTS))
    return landing


@pytest.fixture(scope="session")
def built_at_once(faulty_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one build of that world."""
    home = tmp_path_factory.mktemp("at_once") / "home"
    build(faulty_world, home)
    return home
