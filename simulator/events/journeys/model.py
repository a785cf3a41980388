"""Passes of contacts through journeys and the tiles they visit, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from simulator.world.model import World

Longs = NDArray[np.int64]

REASONS = ("unsubscribed", "suppression_segment", "consent", "other")


class VisitOutcome(IntEnum):
    """How a contact leaves a tile; WAITING: it has not left when the world ends."""

    WAITING = 0
    BLOCKED = 1
    FAILED = 2
    PROCESSED = 3


@dataclass(frozen=True)
class Passes:
    """Passes of contacts through journeys, as parallel arrays. start: microseconds since 1970. iteration: the
    contact's n-th pass through that journey."""

    journey: Longs
    contact: Longs
    start: Longs
    iteration: Longs

    def __len__(self) -> int:
        return len(self.journey)


@dataclass(frozen=True)
class Visits:
    """Visits of tiles as parallel arrays, pass by pass in order of time.

    journey_pass: number of the pass. entered_at, left_at: microseconds since 1970; for WAITING, left_at is
    after the world's end. branch: number of the tile's branch that was taken, -1 none. reason: number into
    REASONS, -1 none.
    """

    journey_pass: Longs
    tile: Longs
    entered_at: Longs
    left_at: Longs
    outcome: Longs
    branch: Longs
    reason: Longs

    def __len__(self) -> int:
        return len(self.journey_pass)


def iteration_names(
    world: World, journey: NDArray[np.int64], iteration: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Return the iteration ids of the contacts' n-th passes through these journeys."""
    names = [entry.journey_id for entry in world.journeys]
    pairs = zip(journey.tolist(), iteration.tolist(), strict=True)
    return np.array([f"{names[number]}-pass-{turn + 1}" for number, turn in pairs], dtype=object)
