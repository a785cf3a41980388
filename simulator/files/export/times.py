"""How single values are written where more than one format needs it, or one needs it alone.

Belongs here: text of times. Does not belong here: which fields an event has.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def us_time(micros: int, hours_east: int = 0) -> str:
    """An instant as en-US writes it, to the second, on a clock so many hours east of Greenwich."""
    local = _EPOCH + timedelta(microseconds=micros, hours=hours_east)
    hour = local.hour % 12 or 12
    half = "AM" if local.hour < 12 else "PM"
    day = f"{local.month}/{local.day}/{local.year}"
    return f"{day} {hour}:{local:%M:%S} {half} +{hours_east:02d}:00"
