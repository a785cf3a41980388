"""Kill erasures at any moment: in the end the person is gone and no other data is lost.

A killed erasure is finished by the same command or by the next build. The published marts must then equal
those of an uninterrupted erasure, and no byte of the home may contain the person's id or address.
"""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from ingestion.erasure.record import Suppressions
from orchestration.home import Home
from reliability.builds import instants, process
from reliability.builds.instants import Trigger
from reliability.builds.interruption import Interruption
from reliability.builds.stages import STAGES, Reference, World
from reliability.homes.interrupted_home import InterruptedHome, Tally
from reliability.homes.traces import traces
from reliability.outcome import Outcome, Say

_STAGE = next(stage for stage in STAGES if stage.name == "second day")
#: Kills of one erasure before it may complete, at least and at most.
_CHAIN = (1, 3)
#: The share of kills during the erasure; the others fall into the build that follows it.
_IN_THE_ERASURE_ITSELF = 0.7


@dataclass(frozen=True)
class Person:
    """The contact to erase, and the values that must not be found afterwards."""

    contact_id: str
    address: str


def run(size: int, seed: int, folder: Path, say: Say) -> list[Outcome]:
    """Kill erasures `size` times."""
    world = World.make(folder / "world", seed)
    before, landing = world.reference(_STAGE), folder / "landing"
    world.deliver(landing, _STAGE)
    start = folder / "start"
    shutil.copytree(before.home, start, symlinks=True)
    # Placeholders of erased people depend on the key: with one key, erasures can be compared.
    (start / "erasures").mkdir()
    (start / "erasures" / "key").write_text("the same in every home\n")
    person = _choose_person(before)
    after = _uninterrupted(start, landing, person, folder / "undisturbed")
    tally = Tally("an erasure is killed")
    chance = random.Random(seed)
    number = 0
    while tally.interruptions < size:
        home = folder / f"home-{number}"
        shutil.copytree(start, home, symlinks=True)
        interrupted = InterruptedHome(home, f"erasure {number}", tally, say)
        for _ in range(min(chance.randint(*_CHAIN), size - tally.interruptions)):
            arguments = _resume_arguments(home, landing, person, chance)
            if not interrupted.interrupt(
                arguments, Interruption(_trigger(after, chance)), [before.marts, after.marts]
            ):
                break
        interrupted.complete(
            _resume_arguments(home, landing, person, chance),
            after.marts,
            with_tests=False,
            problems=partial(traces_of, person),
        )
        shutil.rmtree(home)
        number += 1
    return tally.outcomes


def _choose_person(reference: Reference) -> Person:
    with duckdb.connect(str(reference.marts), read_only=True) as connection:
        row = connection.execute(
            """
            select contact_id, email from marts.dim_contact
            where email in (select email from marts.dim_contact group by email having count(*) = 1)
                and contact_id in (select contact_id from marts.fct_website_visits)
            order by contact_id
            """
        ).fetchone()
    assert row, "nobody in this world has an address of their own"
    return Person(*row)


def _erase(home: Path, landing: Path, person: Person) -> list[str]:
    where = ["--landing", str(landing), "--home", str(home)]
    return ["erase", "--contact", person.contact_id, *where]


def _uninterrupted(start: Path, landing: Path, person: Person, folder: Path) -> Reference:
    home = folder / "home"
    shutil.copytree(start, home, symlinks=True)
    record = folder / "instants.json"
    run_counted = partial(instants.run_counted, record)
    code = process.run(_erase(home, landing, person), folder / "log", around=run_counted)
    if code or traces(home, (person.contact_id, person.address)):
        raise RuntimeError(f"the undisturbed erasure ended with {code} or left traces: {folder / 'log'}")
    lasted = json.loads(record.read_text())
    return Reference(home, lasted["counts"], lasted["seconds"])


def _resume_arguments(home: Path, landing: Path, person: Person, chance: random.Random) -> list[str]:
    """Return a command that finishes the erasure: any build once it is recorded, before that the same
    command again."""
    if Suppressions.load(home) and chance.random() < 0.5:
        return process.build(landing, home)
    return _erase(home, landing, person)


def _trigger(erased: Reference, chance: random.Random) -> Trigger:
    is_in_erasure = chance.random() < _IN_THE_ERASURE_ITSELF
    name = chance.choice(
        [
            name
            for name, instant in instants.INSTANTS.items()
            if erased.counts[name] and (instant.phase == instants.ERASURE) == is_in_erasure
        ]
    )
    if name in instants.STEPS:
        return Trigger(name, 1, chance.uniform(0, erased.seconds[name]))
    return Trigger(
        name, chance.randint(1, erased.counts[name]), chance.choice((0.0, chance.uniform(0, 0.02)))
    )


def traces_of(person: Person, home: Home) -> list[str]:
    """Return in words what remains of the person in the home, and whether the erasure is unfinished."""
    found = [
        f"the person stands in {place}" for place in traces(home.root, (person.contact_id, person.address))
    ]
    record = Suppressions.load(home.root)
    if record is None or record.started():
        found.append("the erasure is not finished")
    return found
