"""The few ids, addresses, links and instants that all records of a world share, so that they collide."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random

#: Over how many days files arrive.
DAYS = 14

_OFFSETS = (0, 0, 0, 60, 120, -300, -480, 330, 765, -210)


class SharedValues:
    """The values from which a world's records are drawn."""

    def __init__(self, random: Random, begins_on: date) -> None:
        self.begins_on = begins_on
        people = random.randint(2, 6)
        self.ids: dict[str, list[str]] = {
            "contact_id": _numbered("c", people),
            "visitor_id": _numbered("v", random.randint(1, 4)),
            "session_id": _numbered("session", 2),
            "message_id": _numbered("m", random.randint(2, 6)),
            "email_id": _numbered("e", 3),
            "journey_id": _numbered("j", 2),
            "iteration_id": _numbered("it", 2),
            "tile_id": _numbered("t", 3),
            "website_id": _numbered("w", 2),
            "redirect_url_id": _numbered("r", 2),
            "event_id": _numbered("ev", 2),
            "survey_id": _numbered("s", 2),
            "segment_id": _numbered("g", 3),
            "lead_id": _numbered("l", 3),
            "lead_scoring_model_id": _numbered("lm", 2),
            "page_id": _numbered("p", 3),
            "form_id": _numbered("f", 2),
            "submission_id": _numbered("sub", random.randint(1, 4)),
            "order_id": _numbered("o", random.randint(2, 5)),
            "account_id": _numbered("a", 2),
        }
        self.addresses = [f"{name}@{domain}" for name, domain in _ADDRESSES[: people + 1]]
        self.hosts = ["www.shop.example", "blog.example", "www.blog.example"]
        self.paths = ["/", "/a", "/a/b", "/go/1", "/go/2"]
        #: The type of the interaction with this id.
        self.types: dict[str, str] = {}
        #: A few instants at which many events happen.
        self.moments = [self._instant(random) for _ in range(random.randint(4, 12))]

    def id(self, random: Random, kind: str) -> str:
        """Draw an id; one in twelve is used by hardly any other record."""
        known = self.ids[kind]
        return f"{known[0]}x{random.randint(1, 20)}" if random.random() < 0.08 else random.choice(known)

    def address(self, random: Random) -> str:
        """Draw an address in one of its spellings."""
        address = random.choice(self.addresses)
        return random.choice([address, address, address.upper(), f" {address} "])

    def url(self, random: Random) -> str:
        """Draw a URL in one of its spellings."""
        scheme = random.choice(["https://", "https://", "http://", "HTTPS://"])
        host = random.choice(self.hosts)
        end = random.choice(
            ["", "", "/", "?q=1", "#x", "?utm_campaign=one", "?utm_source=a&utm_campaign=b%20c"]
        )
        return f"{scheme}{random.choice([host, host, host.upper()])}{random.choice(self.paths)}{end}"

    def day(self, random: Random) -> date:
        """Draw a day on which a file arrives."""
        return self.begins_on + timedelta(days=random.randint(0, DAYS))

    def instant(self, random: Random, arrived: date) -> datetime:
        """Draw the instant of an event in a file that arrives on this day: mostly before it, often one
        shared with others."""
        if random.random() < 0.7:
            moment = random.choice(self.moments)
            latest = datetime.combine(arrived, time(), UTC) + timedelta(days=3)
            if moment < latest or random.random() < 0.1:
                return moment + random.choice([timedelta(), timedelta(), timedelta(seconds=3)])
        return datetime.combine(arrived, time(), UTC) + timedelta(
            days=random.choice([0, 0, 0, -1, -2, -12, -25, 1]), seconds=random.randrange(86400)
        )

    def instant_text(self, random: Random, arrived: date) -> str:
        """Draw such an instant as ISO 8601 with an offset."""
        zone = timezone(timedelta(minutes=random.choice(_OFFSETS)))
        return self.instant(random, arrived).astimezone(zone).isoformat()

    def _instant(self, random: Random) -> datetime:
        midnight = datetime.combine(self.begins_on, time(), UTC) + timedelta(days=random.randint(-2, DAYS))
        return midnight + random.choice(
            [
                timedelta(),
                timedelta(microseconds=-1),
                timedelta(hours=1),
                timedelta(hours=random.randint(0, 23), minutes=random.choice([0, 29, 30, 31])),
                timedelta(seconds=random.randrange(86400)),
            ]
        )


_ADDRESSES = (
    *(("ann", "one.example"), ("bob", "two.example"), ("cid", "one.example"), ("dee", "three.example")),
    *(("eve", "two.example"), ("fay", "one.example"), ("gus", "three.example")),
)


def _numbered(letter: str, count: int) -> list[str]:
    return [f"{letter}{number}" for number in range(1, count + 1)]
