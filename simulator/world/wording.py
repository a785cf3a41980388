"""Which of a provider's words an event uses.

Belongs here: the choice by an event's flavour number, the same for files and truth. Does not belong here:
the words (`providers.py`).
"""

from __future__ import annotations

from simulator.world.feed import Feed, Flavour
from simulator.world.world import Link


def refusal(feed: Feed, kind: str, number: int) -> Flavour:
    """How the feed says blocked, failed, hard, soft, other or deferred."""
    words: tuple[Flavour, ...] = getattr(feed, kind)
    return words[number % len(words)]


def link_name(link: Link, number: int) -> str | None:
    """What a click calls its link: mostly its name, now and then the one of its button."""
    if link.name is None or number % 10 == 9:
        return None
    return f"{link.name} (button)" if number % 10 == 8 else link.name
