"""Draws in which order a world's files are delivered and how they are grouped into builds."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from random import Random

from reliability.experiments.worlds.world import File, World


@dataclass(frozen=True)
class Delivery:
    """A file, or the first part of a file that grows."""

    file: File
    is_part: bool = False


@dataclass(frozen=True)
class Step:
    """One build: the files delivered before it, and how it runs. interrupted_at: the share of the models
    after which it stops."""

    deliveries: tuple[Delivery, ...]
    full_refresh: bool = False
    interrupted_at: float | None = None


@dataclass(frozen=True)
class Schedule:
    """A name for the kind of order, and the builds."""

    name: str
    steps: tuple[Step, ...]


def at_once(world: World) -> Schedule:
    """Return one clean build of all files."""
    return Schedule("at once", (Step(tuple(Delivery(file) for file in world.files)),))


#: Orders in which files can arrive, with the weight of each.
ORDERS = {"day by day": 1, "newest first": 1, "snapshots last": 1, "any order": 3, "any order, disturbed": 2}
DISTURBED = "any order, disturbed"


def random_schedule(random: Random, world: World, order: str | None = None) -> Schedule:
    """Draw an order and group the files into three to five builds."""
    [drawn] = random.choices(list(ORDERS), list(ORDERS.values()))
    order = order or drawn
    deliveries = _deliveries(random, world)
    if order == "snapshots last":
        deliveries.sort(key=lambda item: (item.file.feed.startswith("crm"), item.file.day))
    elif order in ("day by day", "newest first"):
        deliveries.sort(key=lambda item: item.file.day, reverse=order == "newest first")
    steps = _grouped(random, deliveries)
    return Schedule(order, _disturbed(random, steps) if order == DISTURBED else steps)


def _deliveries(random: Random, world: World) -> list[Delivery]:
    parts = [file for file in world.files if file.first_part is not None and random.random() < 0.7]
    found = [Delivery(file) for file in world.files] + [Delivery(file, is_part=True) for file in parts]
    random.shuffle(found)
    return found


def _grouped(random: Random, deliveries: list[Delivery]) -> tuple[Step, ...]:
    """Cut the list into builds; the first part of a file is delivered only before the whole file."""
    cuts = sorted(random.sample(range(1, len(deliveries)), min(random.randint(2, 4), len(deliveries) - 1)))
    groups = [deliveries[start:end] for start, end in itertools.pairwise([0, *cuts, len(deliveries)])]
    whole: set[str] = set()
    steps = []
    for group in groups:
        whole |= {item.file.path for item in group if not item.is_part}
        steps.append(Step(tuple(item for item in group if not item.is_part or item.file.path not in whole)))
    return tuple(steps)


def _disturbed(random: Random, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Make one build a full refresh or interrupt it, and add a build at the end."""
    which = random.randrange(len(steps))
    if random.random() < 0.3 or which == 0:
        disturbed = Step(steps[which].deliveries, full_refresh=True)
    else:
        disturbed = Step(steps[which].deliveries, interrupted_at=random.random())
    return (*steps[:which], disturbed, *steps[which + 1 :], Step(()))


def deliver(step: Step, landing: Path) -> None:
    """Write the files of a step into a landing zone."""
    for delivery in step.deliveries:
        path = landing / delivery.file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        content = delivery.file.first_part if delivery.is_part else delivery.file.content
        assert content is not None
        path.write_bytes(content)
