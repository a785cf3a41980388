"""Fixtures of the landing tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingestion.zone import Zone


@pytest.fixture
def zone(tmp_path: Path) -> Zone:
    """An empty landing zone and home."""
    made = Zone(tmp_path)
    made.landing.mkdir()
    return made
