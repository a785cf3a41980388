"""Writes values as text: counts with separators, rates in per cent, days and times, codes as words.

Instants are in the reporting time zone, which is that of the build's days.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, date, datetime
from typing import Any

from insights_app.catalogue.blocks import Kind
from insights_app.texts import counted, later, said

NOTHING = "–"
_MONTHS = (
    *(later("Jan"), later("Feb"), later("Mar"), later("Apr"), later("May"), later("Jun")),
    *(later("Jul"), later("Aug"), later("Sep"), later("Oct"), later("Nov"), later("Dec")),
)
#: Seconds of a unit, its name, and the same of the next smaller one.
_UNITS = (
    (86_400, later("d"), 3_600, later("h")),
    (3_600, later("h"), 60, later("min")),
    (60, later("min"), 1, later("s")),
)
_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


def text_of(value: Any, kind: Kind) -> str:
    """Return a value as a page writes it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    writer = _WRITERS.get(kind, str)
    return writer(value)


def count(value: Any) -> str:
    """Return a whole number as text, grouped by thousands."""
    return f"{int(value):,}"


def number(value: Any) -> str:
    """Return a number as text with at most one decimal."""
    return f"{value:,.1f}".removesuffix(".0")


def rate(value: Any) -> str:
    """Return a share in per cent; below 1 % with two decimals, because complaint rates are that small."""
    return f"{value * 100:.{2 if 0 < value < 0.01 else 1}f} %"


def day(value: Any) -> str:
    """Return a day as text, such as 2 Jan 2026."""
    if not isinstance(value, date):
        return str(value)
    return f"{value.day} {said(_MONTHS[value.month - 1])} {value.year}"


def month(value: Any) -> str:
    """Return the month of a day as text, such as Jan 2026."""
    return f"{said(_MONTHS[value.month - 1])} {value.year}" if isinstance(value, date) else str(value)


def time(value: Any) -> str:
    """Return an instant as text with its time zone; the page's script rewrites it in the reader's zone."""
    if not isinstance(value, datetime):
        return str(value)
    return f"{day(value)}, {value:%H:%M %Z}".rstrip()


def age(moment: datetime) -> str:
    """Return how long ago an instant is, in the largest unit that fits."""
    minutes = max(0, int((datetime.now(UTC) - moment).total_seconds() // 60))
    if minutes < 90:
        return counted("%(number)s minute ago", "%(number)s minutes ago", minutes) % {"number": minutes}
    hours = minutes // 60
    if hours < 48:
        return counted("%(number)s hour ago", "%(number)s hours ago", hours) % {"number": hours}
    days = hours // 24
    return counted("%(number)s day ago", "%(number)s days ago", days) % {"number": days}


def duration(value: Any) -> str:
    """Seconds as the two largest units: `2 h 49 min`; what is below nothing is a clock that goes wrong."""
    seconds = max(0, round(value))
    for unit, name, smaller, small_name in _UNITS:
        if seconds >= unit:
            rest = seconds % unit // smaller
            return f"{seconds // unit} {said(name)}" + (f" {rest} {said(small_name)}" if rest else "")
    return f"{seconds} {said('s')}"


def flag(value: Any) -> str:
    """Return yes or no."""
    return said("yes") if value else said("no")


def word(value: Any) -> str:
    """Return a code such as `email_opened` as words; any other text unchanged."""
    text = str(value)
    return said(text.replace("_", " ") if _CODE.fullmatch(text) else text)


def touch(value: Any) -> str:
    """Return a touch, such as `email_clicked: Spring news`, with its code as words."""
    code, colon, about = str(value).partition(": ")
    return word(code) + colon + about


def values(value: Any) -> str:
    """Return submitted values, one `name: value` per line; the text itself if it is no JSON object."""
    try:
        found = json.loads(value)
    except (TypeError, ValueError):
        return str(value)
    if not isinstance(found, dict):
        return str(value)
    return "\n".join(
        f"{name}: {text if isinstance(text, str) else json.dumps(text)}" for name, text in found.items()
    )


_WRITERS: dict[Kind, Any] = {
    "count": count,
    "number": number,
    "rate": rate,
    "day": day,
    "time": time,
    "duration": duration,
    "flag": flag,
    "values": values,
    "word": word,
    "touch": touch,
}
