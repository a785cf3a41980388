"""Contacts who are created while the world runs: CRM snapshots contain them from that day on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.events.journeys.model import Passes
from simulator.world.model import DAY, NEVER, World
from simulator.world.random_streams import stream

#: The share of the contacts that could be new who are.
_SHARE = 0.3


def created_on_day(world: World, passes: Passes) -> NDArray[np.int64]:
    """Return per contact the number of the day on which it was created, 0 for contacts from before the
    world's start.

    A new contact does nothing in a journey before that day, keeps one address, and shares it with nobody:
    nobody else's events depend on the day.
    """
    people = world.contacts
    first_pass_day = np.full(len(people), NEVER, dtype=np.int64)
    np.minimum.at(first_pass_day, passes.contact, (passes.start - world.begin) // DAY)
    holders = np.bincount(people.address[people.address >= 0], minlength=len(world.addresses))
    holders += np.bincount(people.later_address[people.changes_on_day < NEVER], minlength=len(holders))
    has_own_address = (
        (people.address >= 0) & (holders[people.address] == 1) & (people.changes_on_day >= NEVER)
    )
    in_time = (first_pass_day >= 1) & (first_pass_day <= world.snapshot_days[-1])
    chosen = stream(world.seed, "newcomers").random(len(people)) < _SHARE
    return np.where(has_own_address & in_time & chosen, first_pass_day, 0)
