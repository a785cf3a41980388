"""Hostile requests to the insights app, while builds are swapped, damaged and put back.

No answer may tell of the inside, show another file, run what was sent, or be an error without a page that
says why. Some pages are asked all along: each must be, section by section, that of one of the builds,
as the app shows it while nothing happens.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from reliability.builds.process import Command
from reliability.builds.stages import STAGES, World
from reliability.experiments.app import spots, verdict
from reliability.experiments.app.hostile import Hostile, Request
from reliability.experiments.app.published import FAULTS, FILE, Fault, PublishedHome
from reliability.experiments.app.server import Server, serving
from reliability.experiments.app.spots import Spots
from reliability.outcome import Outcome, Say

_READERS = 4
_ONE, _OTHER, _FAULTY = "one", "other", "faulty"
#: Of all requests, the share that is sent while nothing happens to the builds, and while the link is swapped.
_QUIET, _SWAPPED = 0.6, 0.25
_MOST_MIB = 1024
#: One request in so many is one of the pages that are compared.
_SPOT_EVERY = 4


def run(size: int, seed: int, folder: Path, say: Say) -> list[Outcome]:
    """Send `size` requests to the app over two small builds."""
    world = World.make(folder / "world", seed)
    second = next(stage for stage in STAGES if stage.name == "second day")
    builds = {_ONE: world.reference(STAGES[0]).marts, _OTHER: world.reference(second).marts}
    return attack(PublishedHome.make(folder / "home", builds), size, seed, folder / "log", say)


def attack(
    home: PublishedHome,
    size: int,
    seed: int,
    log: Path,
    say: Say,
    around: Callable[[Command], int] | None = None,
    faults: Iterable[Fault] = FAULTS,
) -> list[Outcome]:
    """Send hostile requests to the app over a home of two builds.

    around: prepares the server's process; a test plants faults in it.
    """
    home.publish(_ONE)
    with serving(home.root, log, around=around) as server:
        siege = Siege.begin(home, server, seed)
        outcomes = [
            siege.quiet(int(size * _QUIET)),
            siege.swapped(int(size * _SWAPPED)),
            *siege.damaged(int(size * (1 - _QUIET - _SWAPPED)), list(faults)),
        ]
        for outcome in outcomes:
            say(f"{outcome.injected}: {outcome.tried} requests, {len(outcome.findings)} findings")
        if server.build.wait(0) is not None:
            outcomes[-1].add_loss(f"the server ended: {server.build.output[-500:]}")
        elif server.peak_mib > _MOST_MIB:
            outcomes[-1].add_loss(f"the server held {server.peak_mib:.0f} MiB")
        say(f"the server held at most {server.peak_mib:.0f} MiB")
    return outcomes


@dataclass
class Siege:
    """Requests to one server. spots: pages that are compared, and what they are of each build."""

    home: PublishedHome
    server: Server
    hostile: Hostile
    random: random.Random
    spots: Spots
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def begin(cls, home: PublishedHome, server: Server, seed: int) -> Siege:
        """Ask what the pages are that are compared, of each build."""
        pages = spots.addresses(home.file(_ONE))
        expected = {}
        for name in (_ONE, _OTHER):
            home.publish(name)
            expected[name] = {
                address: spots.sections(server.ask(spots.request(address).sent)) for address in pages
            }
        hostile = Hostile(seed, spots.screens(home.file(_ONE)), str(home.canary))
        return cls(home, server, hostile, random.Random(seed), Spots(expected))

    def quiet(self, number: int) -> Outcome:
        """Send requests while nothing happens to the builds."""
        outcome = Outcome(
            "insights app", "hostile ids, filters, paths, headers, methods, cookies, bodies", 0, "requests"
        )
        self.home.publish(_ONE)
        for problem in self.spots.wrong_totals({_ONE: self.home.file(_ONE), _OTHER: self.home.file(_OTHER)}):
            outcome.add_wrong_cells(1, problem)
        self._send(number, outcome, [_ONE])
        return outcome

    def swapped(self, number: int) -> Outcome:
        """Send requests while the link leads to one and the other build in turn."""
        outcome = Outcome("insights app", "the same while the published link is swapped", 0, "requests")
        is_over = threading.Event()

        def swap() -> None:
            chance = random.Random(0)
            while not is_over.wait(chance.uniform(0, 0.1)):
                self.home.publish(chance.choice((_ONE, _OTHER)))

        swapper = threading.Thread(target=swap)
        swapper.start()
        try:
            self._send(number, outcome, [_ONE, _OTHER])
        finally:
            is_over.set()
            swapper.join()
        return outcome

    def damaged(self, number: int, faults: list[Fault]) -> list[Outcome]:
        """Send requests to builds that are damaged, before or while read, and to sound ones again."""
        outcome = Outcome(
            "insights app",
            "the same over a build that is missing, damaged or of another version",
            0,
            "requests",
        )
        for fault in faults:
            self._damaged(fault, max(number // len(faults), 2 * _SPOT_EVERY), outcome)
        return [outcome]

    def _damaged(self, fault: Fault, number: int, outcome: Outcome) -> None:
        database = self.home.copy(_ONE, _FAULTY)
        before = len(outcome.findings)
        if not fault.is_open:
            fault.do(database)
        self.home.publish(_FAULTY)
        if fault.is_open:
            self.server.ask(spots.request(self.spots.addresses[0]).sent)
            fault.do(database)
        is_whole = fault.name != "tables are empty"
        self._send(number, outcome, [_ONE] if is_whole else [], may_refuse=True)
        # The file is put back where it was, as from a backup, and then another build is published.
        mended = self.home.copy(_ONE, "mended")
        if database.is_dir():
            database.rmdir()
        database.parent.mkdir(exist_ok=True)
        mended.replace(database)
        for build in (_FAULTY, _OTHER):
            self.home.publish(build)
            self._send(2 * _SPOT_EVERY, outcome, [_OTHER if build == _OTHER else _ONE])
        outcome.findings[before:] = [f"{fault.name}: {finding}" for finding in outcome.findings[before:]]

    def _send(self, number: int, outcome: Outcome, builds: list[str], *, may_refuse: bool = False) -> None:
        """Send requests, several at once; one in four is for a page that must be of one of the builds."""
        requests = [
            spots.request(self.random.choice(self.spots.addresses))
            if position % _SPOT_EVERY == 0
            else request
            for position, request in enumerate(self.hostile.requests(number))
        ]
        began = time.monotonic()

        def one(request: Request) -> None:
            # Of half a request the server rightly waits for the rest.
            answer = self.server.ask(request.sent, seconds=60 if request.is_http else 1)
            found = list(verdict.findings(request, answer, str(self.home.root)))
            wrong = self.spots.wrong(request, answer, builds, may_refuse=may_refuse) if builds else ""
            with self._lock:
                outcome.tried += 1
                for words in found:
                    outcome.add_loss(f"{request.kind}: {words}: {request}")
                if wrong:
                    outcome.add_wrong_cells(1, f"{wrong}: {request}")

        with ThreadPoolExecutor(_READERS) as readers:
            list(readers.map(one, requests))
        outcome.seconds += time.monotonic() - began


__all__ = ["FAULTS", "FILE", "attack", "run"]
