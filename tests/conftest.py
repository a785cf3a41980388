"""Worlds that tests of several rooms look at."""

from __future__ import annotations

import gc
from functools import partial

import pytest

from simulator import FAULTS
from tests.harness.worlds import World, made_once, simulated

# As in the program (`orchestration/cli/__main__.py`): builds make many objects that live until the end.
gc.set_threshold(100_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no process works alone in the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def faulty_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Every fault, far from UTC, and large enough that even rare things happen."""
    make = partial(simulated, zone="America/Los_Angeles", contacts=400, days=5, seed=1, faults=tuple(FAULTS))
    return World(made_once(tmp_path_factory, "faulty", make))


@pytest.fixture(scope="session")
def clean_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Nothing wrong with any feed, in UTC."""
    make = partial(simulated, zone="UTC", contacts=150, days=9, seed=1, faults=())
    return World(made_once(tmp_path_factory, "clean", make))
