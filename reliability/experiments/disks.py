"""Disks that fill up in the middle of a build: it says so, readers notice nothing, the next build repairs.

Belongs here: filling the disk, and where. Does not belong here: what must hold afterwards (`victim.py`).
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from reliability.builds.instants import Trigger
from reliability.builds.interruption import Interruption
from reliability.builds.stages import STAGES, World
from reliability.homes.interrupted_home import InterruptedHome, Tally
from reliability.outcome import Outcome, Say

_BEFORE, _AFTER = STAGES[0], next(stage for stage in STAGES if stage.name == "second day")
_DISK = "1g"
_REFUSED = (3,)
#: Harms between two builds that are let through.
_CHAIN = 4
#: The disk is full from here on; what comes after needs room.
_WHERE = (
    Trigger("reading"),
    Trigger("a part is put in place", 5),
    Trigger("the books are written", 8),
    Trigger("the build is written down"),
    Trigger("rows are exposed", 20),
    Trigger("a table is written", 10),
    Trigger("a table is written", 230),
    Trigger("transforming", 1, 5.0),
    Trigger("checking"),
    Trigger("the build is copied"),
    Trigger("Parquet is written", 30),
    Trigger("the build is described", 5),
)


def run(size: int, seed: int, folder: Path, say: Say) -> list[Outcome]:
    """Fill the disk so many times."""
    world = World.make(folder / "world", seed)
    tally = Tally("the disk is full", "full disks")
    chance = random.Random(seed)
    where = [chance.choice(_WHERE) for _ in range(size - len(_WHERE))]
    where = [*_WHERE[:size], *where]
    before, after = world.reference(_BEFORE), world.reference(_AFTER)
    with _small_disk(folder / "disk") as (disk, full, empty):
        home, landing = disk / "home", world.folder / "landing-of-disks"
        world.deliver(landing, _AFTER)
        for first in range(0, size, _CHAIN):
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(before.home, home, symlinks=True)
            interrupted = InterruptedHome(home, f"full disk {first}", tally, say)
            arguments = world.arguments(landing, home, _AFTER)
            for trigger in where[first : first + _CHAIN]:
                interrupted.interrupt(arguments, full(trigger), [before.marts, after.marts])
                empty()
            interrupted.complete(arguments, after.marts)
    return tally.outcomes


def limit_file_size(limit: int) -> None:
    """From now on no file of this process grows beyond the limit: a full disk without the superuser."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def limited(where: Trigger, limit: int = 1_000_000) -> Interruption:
    """Files that may not grow any more."""
    return Interruption(where, partial(limit_file_size, limit), _REFUSED, "raise the limit on file sizes")


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[tuple[Path, Callable[[Trigger], Interruption], Callable[[], None]]]:
    """A disk of its own, how to fill it and how to empty it; where none may be mounted, limited files."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "touchpoint", str(folder)]
    is_mounted = os.geteuid() == 0 and not subprocess.run(mount, capture_output=True, check=False).returncode
    filler = folder / "filler"
    try:
        if is_mounted:
            yield (
                folder,
                lambda where: Interruption(where, partial(_fill, filler), _REFUSED, "make room"),
                lambda: filler.unlink(missing_ok=True),
            )
        else:
            yield folder, limited, lambda: None
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(filler: Path) -> None:
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT)
    for block in (1 << 20, 1 << 12):
        with contextlib.suppress(OSError):
            while os.write(descriptor, bytes(block)):
                pass
