"""How large a world is, and what share of its events each feed has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY = date(2026, 1, 1)
#: Shares of all events that are about emails, by provider, Dynamics 365 included.
MAIL_SHARES = {
    "sendgrid": 0.20, "ses": 0.13, "mailgun": 0.10, "postmark": 0.08, "sparkpost": 0.08, "brevo": 0.06,
    "mandrill": 0.05, "dynamics365": 0.02,
}  # fmt: skip
WEB_SHARES = {"segment": 0.09, "snowplow": 0.07, "access_log": 0.06}
NATIVE_SHARE = 0.06
CONTACTS_PER_LEAD = 10


@dataclass(frozen=True)
class Size:
    """How large a world is; `events` is approximate, and excludes the next day's.

    days: those of the first build. There are two more: one for a build of the next day, and one on which only
    late events arrive. only: the one feed beside the CRM that has all events; empty for all feeds.
    """

    events: int
    contacts: int
    days: int = 30
    only: str = ""

    @classmethod
    def parse(cls, text: str) -> Size:
        """Read a size written as EVENTSxCONTACTS[xDAYS[xFEED]]."""
        events, contacts, *more = text.split("x", 3)
        return cls(int(events), int(contacts), int(more[0]) if more else 30, more[1] if len(more) > 1 else "")

    def __str__(self) -> str:
        """Return the size as `parse` reads it."""
        only = f"x{self.only}" if self.only else ""
        days = f"x{self.days}" if self.days != 30 or only else ""
        return f"{self.events}x{self.contacts}{days}{only}"

    @property
    def leads(self) -> int:
        """How many leads the CRM has."""
        return max(1, self.contacts // CONTACTS_PER_LEAD)

    @property
    def last_day(self) -> date:
        """The last day of the first build."""
        return self.arrival_days[self.days - 1]

    @property
    def arrival_days(self) -> list[date]:
        """How many days files arrive on."""
        return [FIRST_DAY + timedelta(days=number) for number in range(self.days + 2)]

    def events_of(self, share: float) -> int:
        """Return how many events a share of the world has, the next day's included."""
        return int(self.events * share * (self.days + 1) / self.days)

    def share_of(self, feed: str) -> float:
        """Return the share of all events that a feed reports."""
        if self.only:
            return float(feed == self.only)
        return {**MAIL_SHARES, **WEB_SHARES}.get(feed, NATIVE_SHARE)
