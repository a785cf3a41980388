"""What a feed's format can express, as data classes; `feeds.py` has one instance per feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """One wording of a block, failure, bounce or deferral. reason: the provider's text. detail: the
    provider's other fields. canonical: the contract's reason of a block."""

    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    canonical: str | None = None


@dataclass(frozen=True)
class Feed:
    """A feed and the limits of its format.

    share: of all messages. quantum: precision of times, in microseconds. geography: shares of events with
    nothing, an IP address, a country, a city without and a city with coordinates. blocked to deferred:
    wordings; an empty tuple means that the format has no such event. without_tile, without_address:
    interaction types that lack the tile id or the address.
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
        """Return the feed's wording of a blocked, failed, hard, soft, other or deferred event; `number` picks
        one of several."""
        words: tuple[Refusal, ...] = getattr(self, kind)
        return words[number % len(words)]
