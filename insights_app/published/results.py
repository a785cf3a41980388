"""Caches results of queries while their build is published: a published build never changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

Rows = list[dict[str, Any]]

#: Most values cached for one build; each takes about 100 bytes with its name.
_CELLS = 500_000
#: Number of locks that queries share: if two requests ask for the same rows at once, the second waits instead
#: of running the query again.
_LOCKS = 64


class Results:
    """The newest results of a build, as many as fit. Callers must not change the rows."""

    def __init__(self, cells: int = _CELLS) -> None:
        self._room = self._free = cells
        self._kept: OrderedDict[Hashable, tuple[int, Rows]] = OrderedDict()
        self._lock = threading.Lock()
        self._asking = [threading.Lock() for _ in range(_LOCKS)]

    def of(self, question: Hashable, ask: Callable[[], Rows]) -> Rows:
        """Return the cached rows of a question; if there are none, call `ask` and cache its rows."""
        with self._asking[hash(question) % _LOCKS]:
            with self._lock:
                if question in self._kept:
                    self._kept.move_to_end(question)
                    return self._kept[question][1]
            rows = ask()
            self._keep(question, rows)
            return rows

    def _keep(self, question: Hashable, rows: Rows) -> None:
        # Cache results of at most a tenth of the room: one long result must not displace all others.
        cells = 10 + sum(map(len, rows))
        with self._lock:
            if cells * 10 > self._room or question in self._kept:
                return
            self._kept[question] = cells, rows
            self._free -= cells
            while self._free < 0:
                _, (given_back, _) = self._kept.popitem(last=False)
                self._free += given_back
