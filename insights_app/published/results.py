"""Rows that pages asked for, kept while their build is published: a published build never changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

Rows = list[dict[str, Any]]

#: Values kept for one build; with their names about 100 bytes each.
_CELLS = 500_000
#: Locks that queries share, so that of two readers who ask the same at once one waits for the other's rows.
_LOCKS = 64


class Results:
    """The newest results of a build, as many as fit. Whoever is given rows must not change them."""

    def __init__(self, cells: int = _CELLS) -> None:
        self._room = self._free = cells
        self._kept: OrderedDict[Hashable, tuple[int, Rows]] = OrderedDict()
        self._lock = threading.Lock()
        self._asking = [threading.Lock() for _ in range(_LOCKS)]

    def of(self, question: Hashable, ask: Callable[[], Rows]) -> Rows:
        """The rows of a question: kept ones, else those that `ask` gives, which are kept."""
        with self._asking[hash(question) % _LOCKS]:
            with self._lock:
                if question in self._kept:
                    self._kept.move_to_end(question)
                    return self._kept[question][1]
            rows = ask()
            self._keep(question, rows)
            return rows

    def _keep(self, question: Hashable, rows: Rows) -> None:
        # A tenth of the room at most: one long result should not drive out all others.
        cells = 10 + sum(map(len, rows))
        with self._lock:
            if cells * 10 > self._room or question in self._kept:
                return
            self._kept[question] = cells, rows
            self._free -= cells
            while self._free < 0:
                _, (given_back, _) = self._kept.popitem(last=False)
                self._free += given_back
