"""Simulated worlds that several tests share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator import simulate


class Simulated:
    """A landing zone and its truth.json."""

    def __init__(self, landing: Path, **arguments: Any) -> None:
        self.landing = landing
        simulate(landing, **arguments)
        self.truth = json.loads((landing / "truth.json").read_text())

    def table(self, name: str) -> list[dict[str, Any]]:
        return self.truth["tables"][name]


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return Simulated(tmp_path_factory.mktemp("clean"), contacts=1500, days=14, seed=5)


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return Simulated(tmp_path_factory.mktemp("faulty"), contacts=400, days=14, seed=5, faults=["all"])
