"""A page's address: the record, its tab, and what the reader chose."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import available_timezones

from insights_app.errors import BadAddressError
from insights_app.texts import said

FIRST_DAY, LAST_DAY = date(1, 1, 1), date(9999, 12, 31)
PEOPLE, ALL = "people", "all"

_LONGEST = 2_000
#: Further choices of a reader, which queries get as parameters.
_CHOSEN = ("tile", "state", "domain", "feed", "group", "unengaged", "result", "find", "zone")


@dataclass(frozen=True)
class Address:
    """A page's address.

    path: the entity's path. record: an id, empty for the list. first, last: days, inclusive; None if not
        chosen.
    by: `people` excludes opens and clicks by machines. chosen: the rest of the query string, such as a
        table's order and page.
    """

    path: str
    record: str = ""
    tab: str = ""
    first: date | None = None
    last: date | None = None
    journey: str = ""
    by: str = ALL
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def other(self) -> str:
        """The record that this one is compared with; empty where none is chosen."""
        return self.chosen.get("with", "")

    @property
    def find(self) -> str:
        """The words by which a list is searched; empty where it is shown whole."""
        return self.chosen.get("find", "")

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the parameters of queries by name."""
        return {
            "id": self.record,
            "from": self.first or FIRST_DAY,
            "to": self.last or LAST_DAY,
            "journey": self.journey or None,
            "people": self.by == PEOPLE,
            "other": self.other or None,
            **{name: self.chosen.get(name) or None for name in _CHOSEN},
        }

    @property
    def period_before(self) -> Address | None:
        """Return the address for the period of equal length just before.

        None unless first and last day are set.
        """
        if self.first is None or self.last is None:
            return None
        days = (self.last - self.first).days + 1
        try:
            return replace(self, first=self.first - timedelta(days), last=self.first - timedelta(1))
        except OverflowError:
            return None

    def with_(self, **changes: str) -> str:
        """Return the text of this address with some values changed; an empty value removes its part."""
        values = {
            "tab": self.tab,
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "journey": self.journey,
            "by": "" if self.by == ALL else self.by,
            **self.chosen,
            **changes,
        }
        query = urlencode({name: value for name, value in values.items() if value})
        record = f"/{quote(self.record, safe='')}" if self.record else ""
        return f"/{self.path}{record}" + (f"?{query}" if query else "")

    def __str__(self) -> str:
        return self.with_()


def read(path: str, record: str, query: Mapping[str, str]) -> Address:
    """Return the address of a request. Raise `BadAddressError` if a part of it has no valid meaning."""
    if any(len(value) > _LONGEST for value in (record, *query.values())):
        raise BadAddressError(said("This address is too long."))
    first, last = _day(query.get("from", "")), _day(query.get("to", ""))
    if first and last and first > last:
        days = {"first": first, "last": last}
        raise BadAddressError(said("From (%(first)s) is after To (%(last)s): swap them.") % days)
    by = query.get("by", ALL)
    if by not in (PEOPLE, ALL):
        raise BadAddressError(said("`by` is `people` or `all`."))
    if query.get("zone") and query["zone"] not in _zones():
        message = said("There is no time zone %(zone)s: they are called as Europe/Berlin is.")
        raise BadAddressError(message % {"zone": query["zone"]})
    known = {"tab", "from", "to", "journey", "by"}
    chosen = {name: value for name, value in query.items() if name not in known}
    return Address(path, record, query.get("tab", ""), first, last, query.get("journey", ""), by, chosen)


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = said("From and To are days such as 2026-01-31, not %(text)s.") % {"text": text}
        raise BadAddressError(message) from None
