"""The values that an emitter writes, the record it returns, and what an emitter consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from simulator.world.catalogue import Agent, Place
from simulator.world.feed import Refusal
from simulator.world.model import Link

Kind = Literal["event", "copy", "shadow", "ignored", "broken"]
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EmailEvent:
    """One email event, ready to be written; None where it has no such value.

    at, sent_at: microseconds since 1970. number: of the event. token: two random numbers that become the
    provider's message id. ids: the correlation ids that it carries. variant: picks one of several ways to
    write it. first_open: the message's first open by a person or by a machine. only_open: the message has no
    other open.
    """

    type: str
    at: int
    number: int
    token: tuple[int, int]
    has_message_id: bool
    recipient: str | None
    ids: Mapping[str, str]
    bounce: str | None
    refusal: Refusal | None
    variant: int
    link: Link | None
    link_name: str | None
    ip: str | None
    agent: Agent | None
    country: str | None
    place: Place | None
    flagged: bool
    first_open: bool
    only_open: bool
    subject: str
    sent_at: int
    visitor_id: str | None

    @property
    def hex(self) -> str:
        """The message's token as 32 hexadecimal digits."""
        return f"{self.token[0]:016x}{self.token[1]:016x}"


@dataclass(slots=True)
class Record:
    """One record of a file: the object of an event, or a whole line.

    kind: `shadow` is a second record of an event that the provider reports twice in different form. reason:
    why it must be quarantined. ignored_as: the type under which it must be ignored.
    """

    body: Any
    kind: Kind = "event"
    reason: str | None = None
    ignored_as: str | None = None
    line: bytes | None = None


def is_sound(record: Record) -> bool:
    """Return whether the record is not malformed: in some containers a malformed one would break its
    neighbours, or has no line of its own."""
    return record.kind != "broken"


@dataclass(slots=True)
class Document:
    """One or more lines of a file that belong together, and the records in them."""

    text: bytes
    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Shape:
    """A container: how records become the documents of a file.

    takes: which records can stand in it. binary: its content has no lines.
    """

    make: Callable[[Sequence[Record]], list[Document]]
    extension: str = ".json"
    takes: Callable[[Record], bool] = lambda record: True
    binary: bool = False


@dataclass(frozen=True)
class Emitter:
    """How one provider writes.

    bodies: the objects of an event, the second one a shadow of the first. unknown_type: an object of a type
    that the warehouse does not model, and the type. type_at, times_at: paths of the type and of times in an
    object. time: writes an instant. shapes: the containers it uses, the first one made of lines. malformed:
    for formats that are not JSON, the line that is wrong for a reason, None where it cannot be. retried: the
    object as a second attempt delivers it.
    """

    bodies: Callable[[Any], list[Body]]
    unknown_type: Callable[[Any], tuple[Body, str]] | None
    type_at: tuple[str, ...]
    times_at: tuple[tuple[str, ...], ...]
    time: Callable[[int], Any]
    shapes: tuple[Shape, ...]
    envelope: Callable[[Body], Any] = dict
    fixed_vocabulary: bool = False
    retried: Callable[[Body], Body] = dict
    malformed: Callable[[Body, str, int], bytes | None] | None = None


def iso(micros: int, digits: int = 3) -> str:
    """Return ISO 8601 in UTC with that many digits of a second; micros: microseconds since 1970."""
    seconds, fraction = divmod(micros, 1_000_000)
    day, second = divmod(seconds, 86_400)
    stamp = f"{_date(day)}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return f"{stamp}.{f'{fraction:06d}'[:digits]}Z" if digits else f"{stamp}Z"


@lru_cache(maxsize=1_000)
def _date(days: int) -> str:
    """Return the date that many days after 1970-01-01."""
    return date.fromordinal(date(1970, 1, 1).toordinal() + days).isoformat()


def uuid(high: int, low: int) -> str:
    """Return a UUID made of random bits."""
    text = f"{high:016x}{low:016x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"


@dataclass(frozen=True, slots=True)
class Hit:
    """One web record, ready to be written; None where it has no such value.

    at: microseconds since 1970. ids: the correlation ids that it carries. values: the answers given in a form
    or a survey.
    """

    kind: str
    at: int
    number: int
    visitor_id: str | None
    contact_id: str | None
    email: str | None
    url: str | None
    referrer: str | None
    link_url: str | None
    website_id: str | None
    page_id: str | None
    form_id: str | None
    redirect_url_id: str | None
    event_id: str | None
    survey_id: str | None
    ids: Mapping[str, str]
    agent: str | None
    ip: str | None
    country: str | None
    place: Place | None
    flagged: bool
    variant: int
    method: str | None
    status: int
    submission_id: str | None
    contact_result: str | None
    lead_result: str | None
    lead_id: str | None
    score: float | None
    values: Mapping[str, Any] | None
    amount: float | None
    currency: str | None
    order_id: str | None


def respelled(address: str, variant: int) -> str:
    """Return the same address in other case, with spaces around it, or with a name before it; variant
    picks one."""
    variants = (
        address,
        address.upper(),
        address.title(),
        f"  {address}",
        f"{address.lower()} ",
        address.swapcase(),
        f"A Reader <{address}>",
        f'"Reader, A." <{address.upper()}>',
    )
    return variants[variant % len(variants)]
