"""A random world: files, each with its arrival day, with more contradictions than the simulator makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from ingestion.config import Config
from ingestion.landing.feed import Feed
from reliability.experiments.worlds import native, providers, snapshots
from reliability.experiments.worlds.shared_values import SharedValues

#: Near these days clocks change, years end, or February has 29 days.
_BEGINNINGS = ("2026-03-22", "2025-12-24", "2026-10-18", "2024-02-24", "2026-03-04", "2026-06-25")
_ZONES = (
    *("UTC", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"),
    *("Pacific/Apia", "Pacific/Kiritimati", "America/St_Johns", "Australia/Lord_Howe"),
)
#: Second feeds of some kinds, with the same ids as the first ones.
_FEEDS = (
    Feed("shop", "interactions", "shop", timezone="America/New_York"),
    Feed("crm_abroad", "crm", "crm_abroad", timezone="Asia/Tokyo"),
    Feed("server", "access_log", "server", host="www.shop.example"),
)


@dataclass(frozen=True)
class File:
    """One file of the landing zone. first_part: the content that arrives first, for a file that grows."""

    feed: str
    day: date
    name: str
    content: bytes
    first_part: bytes | None = None

    @property
    def path(self) -> str:
        """Its path in the landing zone."""
        return f"{self.feed}/{self.day}/{self.name}"


@dataclass(frozen=True)
class World:
    """Files, and the configuration to read them with."""

    files: tuple[File, ...]
    config: Config


Writer = Callable[[Random, SharedValues, date], bytes]

#: File name and writer of each feed; `_WEIGHTS` says how often each is drawn.
_WRITERS: dict[str, tuple[str, Writer]] = {
    "interactions": ("events.ndjson", native.lines),
    "shop": ("events.csv", native.table),
    "sendgrid": ("events.json", providers.sendgrid),
    "brevo": ("events.ndjson", providers.brevo),
    "postmark": ("events.ndjson", providers.postmark),
    "segment": ("calls.ndjson", providers.segment),
    "access_log": ("access.log", providers.access_log),
    "server": ("access.log", providers.access_log_without_host),
}
_WEIGHTS = (8, 2, 3, 1, 2, 3, 1, 1)


def random_world(random: Random) -> World:
    """Draw a world."""
    shared = SharedValues(random, date.fromisoformat(random.choice(_BEGINNINGS)))
    files: dict[str, File] = {}
    for number in range(random.randint(3, 9)):
        [feed] = random.choices(list(_WRITERS), _WEIGHTS)
        name, write = _WRITERS[feed]
        day = shared.day(random)
        _add(files, File(feed, day, f"{random.randint(0, 9)}-{number}-{name}", write(random, shared, day)))
    for exported in providers.dynamics365(random, shared) if random.random() < 0.5 else ():
        _add(files, File("dynamics365", *exported))
    for feed, day, name, content in snapshots.files(random, shared):
        _add(files, File(feed, day, name, content))
    for file in random.sample(list(files.values()), min(len(files), random.randint(0, 2))):
        _add(files, _delivered_again(random, file))
    return World(tuple(files.values()), Config(random.choice(_ZONES), _FEEDS))


def _add(files: dict[str, File], file: File) -> None:
    files.setdefault(file.path, file)


def _delivered_again(random: Random, file: File) -> File:
    """Return the same content under another name or day; files with fixed names only on another day."""
    day = file.day + timedelta(days=random.randint(-3, 12))
    if "/" in file.name or file.feed.startswith("crm") or file.name == "model.json":
        return File(file.feed, day, file.name, file.content)
    return File(file.feed, day, f"{random.randint(0, 9)}-again-{file.name}", file.content)
