"""What was told and is still wrong, and when a build last came to its end: a small file in the home."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass
class Told:
    """A cause that people know of. since: when it was first seen, ISO 8601 in UTC. subject: of `Cause`."""

    title: str
    subject: str
    since: str


@dataclass
class Memory:
    """told: by the key of the cause. last_run: when a build last published or found nothing new."""

    told: dict[str, Told] = field(default_factory=dict)
    last_run: datetime | None = None


def load(path: Path) -> Memory:
    """Read the file; an empty memory where there is none or it is damaged: at worst, people hear twice."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        told = {key: Told(**each) for key, each in kept["told"].items()}
        last_run = datetime.fromisoformat(kept["last_run"]) if kept["last_run"] else None
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return Memory()
    return Memory(told, last_run)


def save(memory: Memory, path: Path) -> None:
    """Write the file; a reader sees the one before or this one whole."""
    kept = {
        "told": {key: asdict(each) for key, each in memory.told.items()},
        "last_run": memory.last_run.isoformat() if memory.last_run else None,
    }
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    partial.replace(path)
