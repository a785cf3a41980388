"""When records reach the landing zone, for everything that is not an e-mail event.

Belongs here: delays, and the `late` fault on them. Does not belong here: an e-mail event's way (`events.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.world.model import DAY, SECOND, World
from simulator.world.random_streams import stream

#: Arrival of a record that is not seen before the world ends.
NOT_SEEN = np.iinfo(np.int64).max


def arrivals(
    world: World, name: str, at: NDArray[np.int64], late: bool, sequence: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """When records about these instants arrive: about a minute later, now and then hours; `late` delays some
    by up to 12 days within the world. `name` is the random stream; what comes after the end is NOT_SEEN.

    Of the records of one story, given in time, none arrives before an earlier one, unless late.
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
        pause = np.where(rng.random(count) < 0.08, rng.integers(DAY // 2, 12 * DAY, count), 0)
        # What was due to be seen stays seen: the latest ones come at the very end.
        last = world.end - 1 - rng.integers(DAY // 2, size=count)
        arrives = np.where(pause > 0, np.maximum(np.minimum(arrives + pause, last), arrives), arrives)
    return np.where(seen, arrives, NOT_SEEN)
