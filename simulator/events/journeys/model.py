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
    """How a contact leaves a tile; WAITING: not within the world."""

    WAITING = 0
    BLOCKED = 1
    FAILED = 2
    PROCESSED = 3


@dataclass(frozen=True)
class Passes:
    """Walks as parallel arrays. iteration: the contact's n-th walk through that journey."""

    journey: Longs
    contact: Longs
    start: Longs
    iteration: Longs

    def __len__(self) -> int:
        return len(self.journey)


@dataclass(frozen=True)
class Visits:
    """Visits of tiles as parallel arrays, walk by walk in time.

    left_at: when the outcome came, beyond the world's end for those who wait. way: which of the tile's ways
    they took, -1 none. reason: number into REASONS, -1 none.
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
    """The names of the contacts' n-th walks through those journeys."""
    names = [entry.journey_id for entry in world.journeys]
    pairs = zip(journey.tolist(), iteration.tolist(), strict=True)
    return np.array([f"{names[number]}-pass-{turn + 1}" for number, turn in pairs], dtype=object)
