"""Files of a home that are deleted or damaged: the next build restores them or says what to do."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration.home import Home
from reliability.builds import process
from reliability.builds.stages import STAGES, World
from reliability.homes import leftovers
from reliability.homes.comparison import differing_cells, in_words
from reliability.outcome import Outcome, Say

_BEFORE, _AFTER = STAGES[0], next(stage for stage in STAGES if stage.name == "second day")
_REFUSED = 3


@dataclass(frozen=True)
class Damage:
    """A damage to a home.

    do: makes it. message: what the build must print if it cannot go on; empty: it must go on. more: further
    arguments of the build. repair: what the message asks for.
    """

    name: str
    do: Callable[[Home], object]
    message: str = ""
    more: tuple[str, ...] = ()
    repair: Callable[[Home], object] = lambda _: None


def _spoil(path: Path, start: float = 0.3, end: float = 0.7) -> None:
    size = path.stat().st_size
    with path.open("r+b") as handle:
        handle.seek(int(size * start))
        handle.write(os.urandom(int(size * (end - start))))


def _first_part(home: Home) -> Path:
    return min((home.root / "raw").rglob("*.parquet"))


def _forget(home: Home) -> None:
    home.ledger.unlink()


DAMAGES = (
    Damage("work.duckdb is gone", lambda home: home.work.unlink()),
    Damage("insights.duckdb is gone", lambda home: home.insights.unlink()),
    Damage("the build folder is gone", lambda home: shutil.rmtree(home.build)),
    Damage("insights.duckdb is empty", lambda home: os.truncate(home.insights, 0)),
    Damage("work.duckdb is cut", lambda home: os.truncate(home.work, home.work.stat().st_size // 2)),
    Damage("work.duckdb is spoiled in the middle", lambda home: _spoil(home.work)),
    Damage("insights.duckdb is spoiled in the middle", lambda home: _spoil(home.insights)),
    Damage("the published link is gone", lambda home: home.published.unlink()),
    Damage("the published build is gone", lambda home: shutil.rmtree(home.builds)),
    Damage("the lock names a stranger", lambda home: home.lock.write_text(f"{os.getpid()}\n")),
    Damage("the ledger is gone", lambda home: home.ledger.unlink()),
    Damage("the ledger is cut", lambda home: os.truncate(home.ledger, 20_000), "read anew", (), _forget),
    Damage("the ledger is empty", lambda home: os.truncate(home.ledger, 0), "read anew", (), _forget),
    Damage(
        "a raw file is gone",
        lambda home: _first_part(home).unlink(),
        "read anew",
        ("--full-refresh",),
        _forget,
    ),
    Damage(
        "a raw file is spoiled",
        lambda home: os.truncate(_first_part(home), 100),
        "read anew",
        ("--full-refresh",),
        _forget,
    ),
)


def run(size: int, seed: int, folder: Path, say: Say) -> list[Outcome]:
    """Try `size` damages, beginning with the one at position `seed` of the list."""
    world = World.make(folder / "world", seed)
    outcome = Outcome("crash safety", "a file of the home is gone or spoiled", 0, "damages")
    started = time.monotonic()
    world.deliver(world.folder / "landing-of-damages", _AFTER)
    for number in range(size):
        damage = DAMAGES[(seed + number) % len(DAMAGES)]
        findings, cells = _damaged(damage, world)
        outcome.tried += 1
        for finding in findings:
            outcome.add_loss(f"{damage.name}: {finding}")
        if cells:
            outcome.add_wrong_cells(sum(cells.values()), f"{damage.name}: {in_words(cells)}")
        say(f"{damage.name}: {'; '.join(findings) or in_words(cells) or 'repaired'}")
    outcome.seconds = time.monotonic() - started
    return [outcome]


def _damaged(damage: Damage, world: World) -> tuple[list[str], dict[str, int]]:
    before, after = world.reference(_BEFORE), world.reference(_AFTER)
    home = Home(world.folder / "damaged")
    shutil.rmtree(home.root, ignore_errors=True)
    shutil.copytree(before.home, home.root, symlinks=True)
    log = world.folder / "damaged.log"
    arguments = world.arguments(world.folder / "landing-of-damages", home.root, _AFTER)
    damage.do(home)
    code = process.run([*arguments, *damage.more], log)
    if code == _REFUSED and "anew" in log.read_text():
        damage.repair(home)
        code = process.run(arguments, log)
    elif damage.message:
        return [f"ended with {code}, not saying {damage.message!r}: {log.read_text()[-500:]}"], {}
    if code:
        return [f"the build after it ended with {code}: {log.read_text()[-500:]}"], {}
    published = home.published / "insights.duckdb"
    return leftovers.problems(home.root), differing_cells(after.marts, published)
