"""Values as text: counts with thin separators, rates in per cent, days and times, nothing as a dash."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime
from typing import Any

from insights_app.catalogue.blocks import Kind

NOTHING = "–"


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
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return f"{value.day} {value:%b %Y}" if isinstance(value, date) else str(value)


def month(value: Any) -> str:
    """The month of a day, such as Jan 2026."""
    return f"{value:%b %Y}" if isinstance(value, date) else str(value)


def time(value: Any) -> str:
    """A moment in UTC; the page's script writes it in the reader's zone."""
    return f"{day(value)} {value.astimezone(UTC):%H:%M} UTC" if isinstance(value, datetime) else str(value)


def flag(value: Any) -> str:
    """Yes or no."""
    return "yes" if value else "no"


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
}
