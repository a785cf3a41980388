"""What is told of the walks: entry and outcome events per tile.

Belongs here: which steps are logged, when their events arrive, which ids they carry. Does not belong here:
the walks themselves (`walks.py`), how a feed writes an event (`emit/`), the tables (`truth_journeys.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.arrivals import NOT_SEEN, arrivals
from simulator.events.journeys.model import REASONS, Outcome, Steps, Walks, iteration_names
from simulator.world.feeds import FEEDS
from simulator.world.model import World
from simulator.world.random_streams import stream

ENTERED, BLOCKED, FAILED, PROCESSED = (
    "journey_tile_entered", "journey_tile_blocked", "journey_tile_failed", "journey_tile_processed",
)  # fmt: skip
_OUTCOMES = np.array([None, BLOCKED, FAILED, PROCESSED], dtype=object)


def pass_events(world: World, walks: Walks, steps: Steps, faults: frozenset[str]) -> pd.DataFrame:
    """One row per event that is seen, in time, with its arrival.

    `journey` and `tile` are numbers, `exported` says who tells it: the interaction export or our own system.
    The `_id` columns are what the event carries, None where it lacks one.
    """
    rng = stream(world.seed, "passes")
    tiles = world.tiles
    tells = np.array([journey.tells_passes for journey in world.journeys])[walks.journey[steps.walk]]
    kinds = np.array([tile.kind for tile in tiles], dtype=object)[steps.tile]
    # Nobody waits for an audience: most systems say only that it was passed.
    logged = rng.random(len(steps)) < np.where(kinds == "segment", 0.2, 0.85)
    entered = np.flatnonzero(tells & (logged | (steps.outcome == Outcome.WAITING)))
    left = np.flatnonzero(tells & (steps.outcome != Outcome.WAITING))

    step = np.concatenate([entered, left])
    is_entry = np.arange(len(step)) < len(entered)
    kind = np.where(is_entry, ENTERED, _OUTCOMES[steps.outcome[step]])
    at = np.where(is_entry, steps.entered_at[step], steps.left_at[step])
    order = np.lexsort((~is_entry, at, steps.walk[step]))
    step, kind, at = step[order], kind[order], at[order]

    walk, tile = steps.walk[step], steps.tile[step]
    path = np.array(
        [_path(tiles[t].ways, way) for t, way in zip(tile.tolist(), steps.way[step], strict=True)]
    )
    reason = np.array([*REASONS, None], dtype=object)[steps.reason[step]]
    frame = pd.DataFrame({
        "journey": walks.journey[walk], "tile": tile, "interaction_type": kind, "occurred_at": at,
        "arrives": arrivals(world, "passes", at, "late" in faults, story=walk),
        "journey_id": np.array([journey.journey_id for journey in world.journeys], dtype=object)[
            walks.journey[walk]
        ],
        "iteration_id": iteration_names(world, walks.journey[walk], walks.iteration[walk]),
        "tile_id": np.array([entry.tile_id for entry in tiles], dtype=object)[tile],
        "contact_id": world.contacts.contact_id[walks.contact[walk]],
        "reason": _only(kind == BLOCKED, reason),
        "path": _only(kind == PROCESSED, path),
        "exported": np.array([FEEDS[journey.feed].name == "dynamics365" for journey in world.journeys])[
            walks.journey[walk]
        ],
    })  # fmt: skip
    if "missing_ids" in faults:
        _lose_ids(world, frame)
    return frame[frame["arrives"] < NOT_SEEN].reset_index(drop=True)


def _only(where: NDArray[np.bool_], values: NDArray[np.object_]) -> NDArray[np.object_]:
    """The values where they apply, else nothing."""
    result = np.full(len(values), None, dtype=object)
    result[where] = values[where]
    return result


def _path(ways: tuple[tuple[str | None, int, float], ...], way: int) -> str | None:
    return ways[way][0] if way >= 0 else None


def _lose_ids(world: World, frame: pd.DataFrame) -> None:
    """Takes one id away from some events of feeds that say what they know."""
    rng = stream(world.seed, "missing pass ids")
    luck = rng.random(len(frame))
    for number, column in enumerate(("journey_id", "iteration_id", "tile_id", "contact_id")):
        frame.loc[(luck >= number * 0.01) & (luck < (number + 1) * 0.01), column] = None
