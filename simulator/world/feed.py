"""What a feed's format can say: the shape of the answer.

Belongs here: the two data classes. Does not belong here: any feed (`providers.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way to say that a message was refused: the text, the provider's fields, our word for a block."""

    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    canonical: str | None = None


@dataclass(frozen=True)
class Feed:
    """A feed and its format's limits.

    share: of all messages. quantum: the time precision in microseconds. geography: weights of nothing, IP
    address only, country only, city without and city with coordinates. An empty flavour tuple: the format
    cannot tell that fate. without_tile, without_address: interactions of which it says neither.
    """

    name: str
    share: float
    quantum: int
    geography: tuple[float, float, float, float, float]
    blocked: tuple[Refusal, ...]
    failed: tuple[Refusal, ...]
    hard: tuple[Refusal, ...]
    soft: tuple[Refusal, ...]
    other: tuple[Refusal, ...]
    deferred: tuple[Refusal, ...]
    reports_sent: bool = True
    reports_delivered: bool = True
    sent_before_block: float = 0.0
    flags_machine_opens: bool = True
    gives_agent: bool = True
    places_unsubscriptions: bool = True
    gives_link_name: bool = False
    can_lack_link: bool = False
    subscription: bool = False
    forwards: bool = False
    has_message_ids: bool = True
    flags_machine_clicks: bool = False
    without_tile: tuple[str, ...] = ()
    without_address: tuple[str, ...] = ()

    def refusal(self, kind: str, number: int) -> Refusal:
        """How the feed words a blocked, failed, hard, soft, other or deferred event; `number` picks one."""
        words: tuple[Refusal, ...] = getattr(self, kind)
        return words[number % len(words)]
