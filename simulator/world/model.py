"""What exists in the simulated world, as plain data: contacts, emails, links, pages, journeys and tiles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

SECOND = 1_000_000

DAY = 86_400 * SECOND

NEVER = np.iinfo(np.int32).max

#: Contacts were created at most this many days before the world starts.
CREATED_WITHIN = 1_500

#: Above this many contact rows over all days, CRM snapshots are weekly.
SNAPSHOT_ROWS = 1_500_000


@dataclass(frozen=True, slots=True)
class Page:
    """A landing page with its form."""

    page_id: str
    name: str
    url: str
    form_id: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link of an email. page: number of the landing page it leads to, -1 for any other place."""

    url: str
    name: str | None
    page: int

    def name_in_click(self, number: int) -> str | None:
        """Return the link name in click event `number`: one event in ten has another name, one has none."""
        if self.name is None or number % 10 == 9:
            return None
        return f"{self.name} (button)" if number % 10 == 8 else self.name


@dataclass(frozen=True, slots=True)
class Email:
    """An email and the links in it."""

    email_id: str
    name: str
    subject: str
    html: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Contacts:
    """Contacts as parallel arrays. address, later_address: numbers into `World.addresses`, -1 none; the later
    one holds from `changes_on_day` on."""

    contact_id: NDArray[np.object_]
    first_name: NDArray[np.object_]
    last_name: NDArray[np.object_]
    account: NDArray[np.int32]
    country: NDArray[np.int32]
    created_days_before: NDArray[np.int32]
    do_not_bulk_email: NDArray[np.bool_]
    consent_level: NDArray[np.int32]
    address: NDArray[np.int64]
    later_address: NDArray[np.int64]
    changes_on_day: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.contact_id)

    def address_on(self, contact: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the address number that each contact has on each day; contact and day are arrays of
        numbers."""
        return np.where(
            day >= self.changes_on_day[contact], self.later_address[contact], self.address[contact]
        )


@dataclass(frozen=True)
class World:
    """Everything that exists, and the days over which events happen."""

    seed: int
    start: date
    days: int
    contacts: Contacts
    addresses: NDArray[np.object_]
    emails: tuple[Email, ...]
    journeys: tuple[Journey, ...]
    tiles: tuple[Tile, ...]
    pages: tuple[Page, ...]

    @property
    def begin(self) -> int:
        """The first instant, in microseconds since 1970."""
        midnight = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)
        return int(midnight.timestamp()) * 1_000_000

    @property
    def end(self) -> int:
        """The first instant after the last day, in microseconds since 1970; files contain nothing that
        arrives later."""
        return self.begin + self.days * DAY

    @property
    def snapshot_days(self) -> tuple[int, ...]:
        """The numbers of the days with CRM snapshots: every day, or every seventh where daily ones would be
        very large."""
        step = 1 if len(self.contacts) * self.days <= SNAPSHOT_ROWS else 7
        return tuple(range(0, self.days, step))


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey; all its emails go out through one feed. logs_sent: its sent events are reported. logs_tiles:
    events report how contacts pass its tiles."""

    journey_id: str
    name: str
    feed: int
    logs_sent: bool
    has_message_ids: bool
    logs_tiles: bool
    is_recurring: bool


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of a journey; email, parent: numbers, -1 none.

    parent, parent_path: its place in the CRM's tree. hours: how long contacts wait on it on average.
    branches: where contacts go next, as path name (None: it has none), tile number and share; a branch back
    to an earlier tile is a loop. dropped_from_crm: the CRM's snapshots lack it in the second half of the
    days.
    """

    tile_id: str
    name: str
    journey: int
    kind: str
    email: int = -1
    parent: int = -1
    parent_path: str | None = None
    order: int = 0
    hours: float = 0.0
    branches: tuple[tuple[str | None, int, float], ...] = ()
    dropped_from_crm: bool = False
