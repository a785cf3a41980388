"""Telling a database file that cannot be read any more from one that only cannot be had now.

Belongs here: the engine's words for damage. Does not belong here: what to do about it.
"""

from __future__ import annotations

import re

_DAMAGE = re.compile(
    r"Corrupt database file|not a valid DuckDB database file|replaying WAL"
    r'|Could not read enough bytes from file "[^"]*\.duckdb'
)


def is_damage(words: str) -> bool:
    """Whether the engine says that a database file is damaged, not that it is held or forbidden."""
    return bool(_DAMAGE.search(words))
