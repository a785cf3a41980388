"""File modes: only the owner may read what a build writes.

Whoever may enter the home may read what is published.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def for_the_owner() -> Iterator[None]:
    """Make files written in the block readable for their owner only: most of them hold addresses."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def for_readers(folder: Path, home: Path) -> None:
    """Make a folder readable for whoever may enter the home, and its files writable for nobody."""
    may = home.stat().st_mode
    folder.chmod(may & 0o755)
    for path in folder.rglob("*"):
        path.chmod(may & 0o755 if path.is_dir() else may & 0o444)
