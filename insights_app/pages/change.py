"""Whether a number moved more than chance moves it.

A rate is compared with the two-proportion z test, a count with the standard deviation of two Poisson counts.
Below 1.96 standard deviations (one case in twenty by chance) a change is shown in grey, as noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from insights_app.texts import said

NOISE = 1.96


@dataclass(frozen=True)
class Change:
    """A change from the period before. text: such as "▲ 1.2 points". is_noise: whether it may be due to
    chance.
    """

    text: str
    is_noise: bool


def of_count(now: int, before: int) -> Change:
    """Return the change from one count to another."""
    difference = now - before
    is_noise = abs(difference) < NOISE * math.sqrt(now + before)
    if not before:
        return Change(said("%(arrow)s from 0") % {"arrow": _arrow(difference)}, is_noise)
    return Change(f"{_arrow(difference)} {abs(difference) / before * 100:,.0f} %", is_noise)


def of_rate(now: tuple[int, int], before: tuple[int, int]) -> Change | None:
    """Return the change between two rates, given as (numerator, denominator); None if a denominator is 0."""
    if not now[1] or not before[1]:
        return None
    difference = now[0] / now[1] - before[0] / before[1]
    decimals = 2 if abs(difference) < 0.001 else 1
    points = said("%(arrow)s %(number)s points") % {
        "arrow": _arrow(difference),
        "number": f"{abs(difference) * 100:.{decimals}f}",
    }
    return Change(points, abs(z_of_rates(now, before)) < NOISE)


def z_of_rates(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return how many standard deviations lie between two rates; 0 if both are 0 or both are 1."""
    pooled = (one[0] + other[0]) / (one[1] + other[1])
    variance = pooled * (1 - pooled) * (1 / one[1] + 1 / other[1])
    return (one[0] / one[1] - other[0] / other[1]) / math.sqrt(variance) if variance > 0 else 0.0


def probability_of_chance(z: float) -> float:
    """How often chance alone makes a difference of so many standard deviations or more, either way."""
    return math.erfc(abs(z) / math.sqrt(2))


def bounds_of_difference(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float]:
    """Between which values the difference of two rates lies, in 95 of 100 cases."""
    shares = [count / of for count, of in (one, other)]
    pairs = zip(shares, (one[1], other[1]), strict=True)
    error = math.sqrt(sum(max(0.0, share * (1 - share)) / of for share, of in pairs))
    difference = shares[0] - shares[1]
    return difference - NOISE * error, difference + NOISE * error


def _arrow(difference: float) -> str:
    return "▲" if difference > 0 else "▼" if difference < 0 else "="
