"""A landing zone that fills day by day, in stages, and the clean build of each stage to compare with."""

from __future__ import annotations

import json
import shutil
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from reliability.builds import instants, process
from simulator import FAULTS, simulate

_DAYS = 4
#: Without the other faults, tables in which malformed records or duplicates could go wrong would be empty.
_FAULTS = sorted(set(FAULTS) - {"oversize"})
_CONFIG = "reporting_time_zone: America/New_York\n"

#: What decides the marts: number of days, other reporting time zone, late files.
Events = tuple[int, bool, bool]


@dataclass(frozen=True)
class Stage:
    """Files that arrive, and the build that follows."""

    name: str
    days: int
    is_other_zone: bool = False
    is_late: bool = False
    is_publish_only: bool = False
    more: tuple[str, ...] = ()

    @property
    def same_events_as(self) -> Events:
        """Stages with the same value have the same marts."""
        return self.days, self.is_other_zone, self.is_late


STAGES = (
    Stage("first build", 1),
    Stage("published again", 1, is_publish_only=True),
    Stage("second day", 2),
    Stage("full refresh", 2, more=("--full-refresh",)),
    Stage("other rules", 3, is_other_zone=True),
    Stage("late and vanished files", 4, is_other_zone=True, is_late=True),
    Stage("published again", 4, is_other_zone=True, is_late=True, is_publish_only=True),
)


@dataclass(frozen=True)
class Reference:
    """A clean build of a stage's files: how often it reached each instant, and how long its steps took."""

    home: Path
    counts: dict[str, int]
    seconds: dict[str, float]

    @property
    def marts(self) -> Path:
        """The published file of marts."""
        return self.home / "published" / "insights.duckdb"


@dataclass(frozen=True)
class World:
    """Simulated files by arrival day, and the clean builds of them."""

    folder: Path
    days: Sequence[str]
    _references: dict[Events, Reference] = field(default_factory=dict)
    _guards: dict[Events, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))

    @classmethod
    def make(cls, folder: Path, seed: int) -> World:
        """Simulate the files."""
        simulate(folder / "source", contacts=12, days=_DAYS, seed=seed, faults=_FAULTS)
        feeds = (feed for feed in (folder / "source").iterdir() if feed.is_dir())
        days = {day.name for feed in feeds for day in feed.iterdir()}
        (folder / "touchpoint.yml").write_text(_CONFIG)
        return cls(folder, sorted(days))

    def deliver(self, landing: Path, stage: Stage, *, for_reference: bool = False) -> None:
        """Copy the files of a stage and of all earlier days into a landing zone."""
        landing.mkdir(parents=True, exist_ok=True)
        for day in self.days[: stage.days]:
            for folder in (self.folder / "source").glob(f"*/{day}"):
                target = landing / folder.parent.name / day
                if not target.exists():
                    shutil.copytree(folder, target)
        if stage.is_late:
            first, last = self.days[0], self.days[stage.days - 1]
            for file in sorted(landing.glob(f"*/{first}/*-001.*")):
                again = landing / file.parent.parent.name / last / f"again-{file.name}"
                if not again.exists():
                    shutil.copyfile(file, again)
            if not for_reference:
                (landing / "ses" / first / self._first_file("ses")).unlink(missing_ok=True)

    def arguments(self, landing: Path, home: Path, stage: Stage, *, is_repair: bool = False) -> list[str]:
        """Return the arguments of the stage's build; a repair is a plain build with the same
        configuration."""
        config = ["--config", str(self.folder / "touchpoint.yml")] if stage.is_other_zone else []
        return process.build(landing, home, *config, *(() if is_repair else stage.more))

    def reference(self, stage: Stage) -> Reference:
        """Return the clean build of a stage's files in a fresh home; it is made on first use."""
        with self._guards[stage.same_events_as]:
            if stage.same_events_as not in self._references:
                self._references[stage.same_events_as] = self._build(stage)
            return self._references[stage.same_events_as]

    def _build(self, stage: Stage) -> Reference:
        folder = self.folder / "references" / "-".join(map(str, stage.same_events_as))
        self.deliver(folder / "landing", stage, for_reference=True)
        record = folder / "instants.json"
        arguments = self.arguments(folder / "landing", folder / "home", stage)
        code = process.run(arguments, folder / "log", around=partial(instants.run_counted, record))
        if code:
            raise RuntimeError(f"the clean build of {stage.name} ended with {code}: {folder / 'log'}")
        lasted = json.loads(record.read_text())
        return Reference(folder / "home", lasted["counts"], lasted["seconds"])

    def _first_file(self, feed: str) -> str:
        folder = self.folder / "source" / feed / self.days[0]
        return min(path.name for path in folder.iterdir() if path.name.startswith(f"{feed}-001"))
