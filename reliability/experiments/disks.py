"""Disks that fill up during a build: the build says so, readers notice nothing, the next build repairs."""

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
#: Interrupted builds before one that may complete.
_CHAIN = 4
#: The disk is full from these moments on.
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
    """Fill the disk `size` times."""
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
    """Let no file of this process grow beyond the limit (bytes): like a full disk, without root."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def limited(where: Trigger, limit: int = 1_000_000) -> Interruption:
    """Return an interruption after which files cannot grow."""
    return Interruption(where, partial(limit_file_size, limit), _REFUSED, "raise the limit on file sizes")


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[tuple[Path, Callable[[Trigger], Interruption], Callable[[], None]]]:
    """Mount a small disk; yield its folder, a function that returns the interruption that fills it, and one
    that empties it.

    Without the right to mount, files are limited in size instead.
    """
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
