"""Trend lines: a record's values of the last weeks as a small line, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from insights_app.catalogue.blocks import Kind
from insights_app.pages import values
from insights_app.texts import said

MOST_WEEKS = 12
WIDTH, HEIGHT = 72, 20
#: Room for the dot at the newest value, and for the line's width.
_MARGIN = 3


@dataclass(frozen=True)
class Line:
    """A line of a drawing of `WIDTH` by `HEIGHT`.

    points: an SVG polyline's, oldest first; weeks without a value are passed over. x, y: the newest value.
    words: what it shows.
    """

    points: str
    x: float
    y: float
    words: str


def weeks_of(first: date, last: date) -> int:
    """How many weeks to the last day are shown: those that the build holds as a whole."""
    return max(1, min(MOST_WEEKS, ((last - first).days + 1) // 7))


def line_of(weeks: Sequence[float | None], label: str, kind: Kind) -> Line | None:
    """The line of a record.

    weeks: its values, oldest first; None where a week has none. Gives None where no week has one.
    """
    known = [(number, value) for number, value in enumerate(weeks) if value is not None]
    if not known:
        return None
    # From 0, so that a line that looks steep has changed much.
    low, high = min(0, *(value for _, value in known)), max(0, *(value for _, value in known))
    step = (WIDTH - 2 * _MARGIN) / max(1, len(weeks) - 1)
    places = [
        (
            _MARGIN + number * step,
            HEIGHT - _MARGIN - (HEIGHT - 2 * _MARGIN) * (value - low) / ((high - low) or 1),
        )
        for number, value in known
    ]
    texts = ", ".join(values.text_of(value, kind) for value in weeks)
    return Line(
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places),
        x=round(places[-1][0], 1),
        y=round(places[-1][1], 1),
        words=said("%(what)s, oldest first: %(values)s") % {"what": said(label), "values": texts},
    )
