"""Collects email events: cuts their times to the feed's precision and draws when they arrive."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.events.arrivals import delay_some
from simulator.events.email.model import Events, Messages
from simulator.world.feeds import FEEDS
from simulator.world.model import SECOND, World
from simulator.world.random_streams import stream


class EventCollector:
    """Collects email events of a world's messages."""

    def __init__(self, world: World, messages: Messages) -> None:
        self.world = world
        self.messages = messages
        self.quantum = np.array([feed.quantum for feed in FEEDS])[messages.feed]
        self._parts: list[dict[str, NDArray[np.int64]]] = []
        self._delays = stream(world.seed, "delays")
        self._words = stream(world.seed, "words")

    def floor(self, who: NDArray[np.int64], at: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.int64]:
        """Cut instants (microseconds) to the precision of the feed of each message in `who`."""
        return at.astype(np.int64) // self.quantum[who] * self.quantum[who]

    def delay(self, count: int) -> NDArray[np.int64]:
        """Draw how long events take to arrive, in microseconds: mostly a minute, sometimes hours; 2 in 1,000
        arrive 30 seconds early because the provider's clock is ahead."""
        seconds = self._delays.exponential(60, size=count) + 0.5
        luck = self._delays.random(count)
        seconds = np.where(luck < 0.03, seconds * 240, seconds)
        return (np.where(luck > 0.998, -30.0, seconds) * SECOND).astype(np.int64)

    def add(
        self,
        kind: int,
        who: NDArray[np.int64],
        at: NDArray[np.int64] | NDArray[np.float64],
        arrives: NDArray[np.int64] | None = None,
        **columns: NDArray[np.int64] | NDArray[np.bool_] | int | bool,
    ) -> NDArray[np.int64]:
        """Add one event of type `kind` for each message in `who` at the instants `at`; return when they
        arrive.

        arrives: where given, used instead of a drawn delay. columns: values of other fields of `Events`, one
        for all or one each.
        """
        count = len(who)
        floored = self.floor(who, at)
        if arrives is None:
            arrives = np.maximum(floored + self.delay(count), self.world.begin)
        values: dict[str, NDArray[np.int64] | NDArray[np.bool_] | int | bool] = {
            "bounce": -1, "link": -1, "agent": -1, "geography": 0, "place": -1, "ip": -1,
            "flagged": False, "machine": False, "carries": 31,
            "variant": self._words.integers(5_040, size=count), **columns,
        }  # fmt: skip
        part = {name: np.broadcast_to(np.asarray(value), (count,)) for name, value in values.items()}
        self._parts.append(
            {"message": who, "type": np.full(count, kind), "at": floored, "arrives": arrives, **part}
        )
        return arrives

    def arrived(self, late: bool) -> Events:
        """Return the events that arrive before the world ends, in order of arrival; with `late`, some arrive
        up to 12 days later."""
        columns = {name: np.concatenate([part[name] for part in self._parts]) for name in self._parts[0]}
        events = Events(**columns)
        events = events.take(events.arrives < self.world.end)
        arrives = events.arrives
        if late:
            arrives = delay_some(self.world, stream(self.world.seed, "late"), arrives)
        order = np.argsort(arrives, kind="stable")
        return replace(events, arrives=arrives).take(order)
