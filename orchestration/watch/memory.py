"""Remembers, in a file in the home, alerts about problems that persist, and when a build last finished."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass
class Told:
    """A cause that people were alerted to. since: when it was first seen, ISO 8601 in UTC. subject: as in
    `Cause`.
    """

    title: str
    subject: str
    since: str


@dataclass
class Memory:
    """Memory of alerts. told: by the key of the cause. last_run: when a build last published or found nothing
    new.
    """

    told: dict[str, Told] = field(default_factory=dict)
    last_run: datetime | None = None


def load(path: Path) -> Memory:
    """Read the file.

    Return an empty memory if it is missing or damaged: at worst, people are alerted twice.
    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        told = {key: Told(**each) for key, each in kept["told"].items()}
        last_run = datetime.fromisoformat(kept["last_run"]) if kept["last_run"] else None
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return Memory()
    return Memory(told, last_run)


def save(memory: Memory, path: Path) -> None:
    """Write the file in one rename: a reader sees either the whole old file or the whole new one."""
    kept = {
        "told": {key: asdict(each) for key, each in memory.told.items()},
        "last_run": memory.last_run.isoformat() if memory.last_run else None,
    }
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    partial.replace(path)
