"""Draws the entry and outcome events of tile visits, when they arrive, and which ids they carry."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.arrivals import NOT_SEEN, arrivals
from simulator.events.journeys.model import REASONS, Passes, VisitOutcome, Visits, iteration_names
from simulator.world.feeds import FEEDS
from simulator.world.model import World
from simulator.world.random_streams import stream

ENTERED, BLOCKED, FAILED, PROCESSED = (
    "journey_tile_entered", "journey_tile_blocked", "journey_tile_failed", "journey_tile_processed",
)  # fmt: skip
_OUTCOMES = np.array([None, BLOCKED, FAILED, PROCESSED], dtype=object)


def draw_tile_events(world: World, passes: Passes, visits: Visits, faults: frozenset[str]) -> pd.DataFrame:
    """Return the events that arrive within the world, one row each with the native format's fields, in order
    of time.

    journey, tile: numbers. exported: the interaction export has it, else the native format. The `_id` columns
    are what the event carries, None where it lacks one.
    """
    rng = stream(world.seed, "passes")
    tiles = world.tiles
    logs = np.array([journey.logs_tiles for journey in world.journeys])[passes.journey[visits.journey_pass]]
    kinds = np.array([tile.kind for tile in tiles], dtype=object)[visits.tile]
    # Most systems do not report the entry into an audience tile, only that it was passed.
    logged = rng.random(len(visits)) < np.where(kinds == "segment", 0.2, 0.85)
    entered = np.flatnonzero(logs & (logged | (visits.outcome == VisitOutcome.WAITING)))
    left = np.flatnonzero(logs & (visits.outcome != VisitOutcome.WAITING))

    visit = np.concatenate([entered, left])
    is_entry = np.arange(len(visit)) < len(entered)
    kind = np.where(is_entry, ENTERED, _OUTCOMES[visits.outcome[visit]])
    at = np.where(is_entry, visits.entered_at[visit], visits.left_at[visit])
    order = np.lexsort((~is_entry, at, visits.journey_pass[visit]))
    visit, kind, at = visit[order], kind[order], at[order]

    journey_pass, tile = visits.journey_pass[visit], visits.tile[visit]
    path = np.array(
        [
            _path(tiles[t].branches, branch)
            for t, branch in zip(tile.tolist(), visits.branch[visit], strict=True)
        ]
    )
    reason = np.array([*REASONS, None], dtype=object)[visits.reason[visit]]
    frame = pd.DataFrame({
        "journey": passes.journey[journey_pass], "tile": tile, "interaction_type": kind, "occurred_at": at,
        "arrives": arrivals(world, "passes", at, "late" in faults, sequence=journey_pass),
        "journey_id": np.array([journey.journey_id for journey in world.journeys], dtype=object)[
            passes.journey[journey_pass]
        ],
        "iteration_id": iteration_names(world, passes.journey[journey_pass], passes.iteration[journey_pass]),
        "tile_id": np.array([entry.tile_id for entry in tiles], dtype=object)[tile],
        "contact_id": world.contacts.contact_id[passes.contact[journey_pass]],
        "reason": _only(kind == BLOCKED, reason),
        "path": _only(kind == PROCESSED, path),
        "exported": np.array([FEEDS[journey.feed].name == "dynamics365" for journey in world.journeys])[
            passes.journey[journey_pass]
        ],
    })  # fmt: skip
    if "missing_ids" in faults:
        _drop_ids(world, frame)
    return frame[frame["arrives"] < NOT_SEEN].reset_index(drop=True)


def _only(where: NDArray[np.bool_], values: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the values where the mask is true, None elsewhere."""
    result = np.full(len(values), None, dtype=object)
    result[where] = values[where]
    return result


def _path(branches: tuple[tuple[str | None, int, float], ...], branch: int) -> str | None:
    return branches[branch][0] if branch >= 0 else None


def _drop_ids(world: World, frame: pd.DataFrame) -> None:
    """Remove one id from four in a hundred events, in place."""
    rng = stream(world.seed, "missing pass ids")
    luck = rng.random(len(frame))
    for number, column in enumerate(("journey_id", "iteration_id", "tile_id", "contact_id")):
        frame.loc[(luck >= number * 0.01) & (luck < (number + 1) * 0.01), column] = None
