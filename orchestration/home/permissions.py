"""File modes: what a build writes is for its owner, what is published for whoever may enter the home."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def for_the_owner() -> Iterator[None]:
    """Whatever is written in the block, is for its owner only: addresses are in most of it."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def for_readers(folder: Path, home: Path) -> None:
    """Let whoever may enter the home read a folder, and nobody write its files."""
    may = home.stat().st_mode
    folder.chmod(may & 0o755)
    for path in folder.rglob("*"):
        path.chmod(may & 0o755 if path.is_dir() else may & 0o444)
