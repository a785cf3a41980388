"""Values as text: counts with separators, rates in per cent, days and times, codes as words.

Moments come in the reporting time zone, which is that of the build's days.
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
_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


def text_of(value: Any, kind: Kind) -> str:
    """A value as a page writes it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    writer = _WRITERS.get(kind, str)
    return writer(value)


def count(value: Any) -> str:
    """A whole number, grouped by thousands."""
    return f"{int(value):,}"


def number(value: Any) -> str:
    """A number with at most one decimal."""
    return f"{value:,.1f}".removesuffix(".0")


def rate(value: Any) -> str:
    """A share in per cent; below one per cent with two decimals, since complaints are judged there."""
    return f"{value * 100:.{2 if 0 < value < 0.01 else 1}f} %"


def day(value: Any) -> str:
    """A day such as 2 Jan 2026."""
    if not isinstance(value, date):
        return str(value)
    return f"{value.day} {said(_MONTHS[value.month - 1])} {value.year}"


def month(value: Any) -> str:
    """The month of a day, such as Jan 2026."""
    return f"{said(_MONTHS[value.month - 1])} {value.year}" if isinstance(value, date) else str(value)


def time(value: Any) -> str:
    """A moment, with its time zone; the page's script writes it in the reader's."""
    if not isinstance(value, datetime):
        return str(value)
    return f"{day(value)}, {value:%H:%M %Z}".rstrip()


def age(moment: datetime) -> str:
    """How long ago a moment is, in the largest unit that fits."""
    minutes = max(0, int((datetime.now(UTC) - moment).total_seconds() // 60))
    if minutes < 90:
        return counted("%(number)s minute ago", "%(number)s minutes ago", minutes) % {"number": minutes}
    hours = minutes // 60
    if hours < 48:
        return counted("%(number)s hour ago", "%(number)s hours ago", hours) % {"number": hours}
    days = hours // 24
    return counted("%(number)s day ago", "%(number)s days ago", days) % {"number": days}


def flag(value: Any) -> str:
    """Yes or no."""
    return said("yes") if value else said("no")


def word(value: Any) -> str:
    """A code such as `email_opened` as words; any other text as it is."""
    text = str(value)
    return said(text.replace("_", " ") if _CODE.fullmatch(text) else text)


def values(value: Any) -> str:
    """Submitted values, one `name: value` to a line; the text itself where it is no JSON object."""
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
    "flag": flag,
    "values": values,
    "word": word,
}
