"""When records reach the landing zone. Email events have their own delays, see `email/collector.py`."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.world.model import DAY, SECOND, World
from simulator.world.random_streams import stream

#: The arrival of a record that arrives only after the world ends, so that no file has it.
NOT_SEEN = np.iinfo(np.int64).max


def arrivals(
    world: World, name: str, at: NDArray[np.int64], late: bool, sequence: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Return when the records of events at the instants `at` arrive, in microseconds since 1970.

    Most arrive about a minute after the event, three in a hundred hours later; with `late`, eight in a
    hundred arrive up to 12 days later, within the world's days. `name` names the random stream. Records that
    would arrive after the world's end get NOT_SEEN.

    sequence: a number per record; the records with the same number, given in order of time, arrive in that
    order unless they are late.
    """
    rng = stream(world.seed, f"arrivals of {name}")
    count = len(at)
    seconds = rng.exponential(60, size=count) + 0.5
    seconds = np.where(rng.random(count) < 0.03, seconds * 240, seconds)
    arrives = np.maximum(at + (seconds * SECOND).astype(np.int64), world.begin)
    if sequence is not None and count:
        arrives = pd.Series(arrives).groupby(sequence).cummax().to_numpy()
    seen = arrives < world.end
    if late:
        arrives = delay_some(world, rng, arrives)
    return np.where(seen, arrives, NOT_SEEN)


def delay_some(world: World, rng: np.random.Generator, arrives: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the arrivals, eight in a hundred up to 12 days later: the `late` fault.

    A record that would arrive within the world still does: at the latest on its last half day.
    """
    count = len(arrives)
    pause = np.where(rng.random(count) < 0.08, rng.integers(DAY // 2, 12 * DAY, count), 0)
    last = world.end - 1 - rng.integers(DAY // 2, size=count)
    return np.where(pause > 0, np.maximum(np.minimum(arrives + pause, last), arrives), arrives)
