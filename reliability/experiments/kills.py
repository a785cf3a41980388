"""Kill builds at any moment: readers notice nothing, and the next build repairs everything.

In each stage of a home's lifetime several builds are killed, each at its own moment; then one may complete,
and its marts must equal those of a clean build of the same files.
"""

from __future__ import annotations

import itertools
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from reliability.builds import instants
from reliability.builds.instants import Trigger
from reliability.builds.interruption import Interruption
from reliability.builds.stages import STAGES, Reference, Stage, World
from reliability.homes.interrupted_home import InterruptedHome, Tally
from reliability.homes.reader import Reader
from reliability.outcome import Outcome, Say

_WORKERS = 2
_PAUSE = 0.2
#: Kills in one stage before a build may complete, at least and at most.
_CHAIN = (3, 6)
_CHAIN_OF_PUBLISHES = (6, 12)

#: How often kills of whole builds fall on each instant. Late ones take long, so builds that only publish take
#: most of them.
_WEIGHTS = {
    "reading": 14.0,
    "transforming": 20.0,
    "a table is written": 20.0,
    "checking": 2.0,
    "publishing": 2.0,
}
_WEIGHT_OF_PHASE = {
    instants.INGESTION: 3.0,
    instants.TRANSFORMATION: 2.0,
    instants.AUDIT: 0.5,
    instants.PUBLISH: 0.3,
}
#: dbt's tests are left out of builds that are to be killed: they only read, and take half of a small build.
_WITHOUT_TESTS = 0.5
#: The share of completing builds that run dbt's tests; the comparison of all cells finds more.
_WHOLE_REPAIRS = 1 / 3


def run(size: int, seed: int, folder: Path, say: Say) -> list[Outcome]:
    """Kill builds `size` times, in as many homes as that takes."""
    world = World.make(folder / "world", seed)
    tally = Tally()
    numbers = itertools.count()

    def go_through_stages(_: int) -> None:
        while tally.interruptions < size:
            number = next(numbers)
            HomeLifetime(
                world, folder / f"life-{number}", seed * 1000 + number, size, tally, say
            ).go_through_stages()

    with ThreadPoolExecutor(_WORKERS) as workers:
        for done in [workers.submit(go_through_stages, worker) for worker in range(_WORKERS)]:
            done.result()
    return tally.outcomes


class HomeLifetime:
    """One home, from its first build on."""

    def __init__(self, world: World, folder: Path, seed: int, size: int, tally: Tally, say: Say) -> None:
        self.world = world
        self.landing = folder / "landing"
        self.folder = folder
        self.random = random.Random(seed)
        self.seed = seed
        self.size = size
        self.tally = tally
        self.interrupted = InterruptedHome(folder / "home", f"seed {seed}", tally, say)

    def go_through_stages(self) -> None:
        """Go through every stage, or until there were enough kills."""
        self.folder.mkdir(parents=True)
        reader = Reader(self.interrupted.home.published, _PAUSE)
        before: Reference | None = None
        for stage in STAGES:
            if self.tally.interruptions >= self.size:
                break
            before = self._stage(stage, before)
        report = reader.stop()
        self.tally.add_reads(f"seed {self.seed}", report)
        shutil.rmtree(self.folder)

    def _stage(self, stage: Stage, before: Reference | None) -> Reference:
        reference = self.world.reference(stage)
        self.world.deliver(self.landing, stage)
        arguments = self.world.arguments(self.landing, self.interrupted.home.root, stage)
        expected = [reference.marts, before.marts] if before else [reference.marts]
        only_publish = stage.is_publish_only
        for _ in range(self.random.randint(*(_CHAIN_OF_PUBLISHES if only_publish else _CHAIN))):
            if self.tally.interruptions >= self.size:
                break
            where = self._trigger(stage, reference)
            is_killed = self.interrupted.interrupt(
                arguments, Interruption(where), expected, only_publish=only_publish
            )
            if not is_killed and not only_publish:
                break
        arguments = self.world.arguments(self.landing, self.interrupted.home.root, stage, is_repair=True)
        with_tests = self.random.random() < _WHOLE_REPAIRS
        self.interrupted.complete(
            arguments, reference.marts, only_publish=only_publish, with_tests=with_tests
        )
        return reference

    def _trigger(self, stage: Stage, reference: Reference) -> Trigger:
        names = [name for name, instant in instants.INSTANTS.items() if self._can_hit(stage, name, reference)]
        weights = [
            1.0
            if stage.is_publish_only
            else _WEIGHTS.get(name, _WEIGHT_OF_PHASE[instants.INSTANTS[name].phase])
            for name in names
        ]
        (name,) = self.random.choices(names, weights)
        if name in instants.STEPS:
            share = _WITHOUT_TESTS if name == "transforming" else 1.0
            return Trigger(name, 1, self.random.uniform(0, share * reference.seconds[name]))
        seconds = self.random.choice((0.0, 0.0, self.random.uniform(0, 0.02)))
        return Trigger(name, self.random.randint(1, max(reference.counts[name], 1)), seconds)

    def _can_hit(self, stage: Stage, name: str, reference: Reference) -> bool:
        phase = instants.INSTANTS[name].phase
        if stage.is_publish_only:
            return phase in (instants.AUDIT, instants.PUBLISH) or name == "rows are exposed"
        return phase in _WEIGHT_OF_PHASE and reference.counts[name] > 0
