"""Bands of good and bad rates, by which mailbox providers judge a sender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from expectations.limits import LIMITS
from insights_app.texts import later, said


@dataclass(frozen=True)
class Bands:
    """Limits of a rate, as shares: below `watch` it is good, from `bad` on it is bad, between them it is to
    be watched.
    """

    watch: float
    bad: float

    @property
    def words(self) -> str:
        """Return the bands in words."""
        shares = {"watch": per_cent(self.watch), "bad": per_cent(self.bad)}
        return said("Good below %(watch)s, to watch from there, bad from %(bad)s.") % shares


#: Column of the rate -> its bands.
BANDS: Mapping[str, Bands] = {rate: Bands(*limits) for rate, limits in LIMITS.items()}


@dataclass(frozen=True)
class Verdict:
    """The band that a rate is in. word, sign: shown to people, so that the verdict does not depend on colour
    alone.
    """

    word: str
    sign: str


GOOD, WATCH, BAD = Verdict(later("good"), "✓"), Verdict(later("watch"), "!"), Verdict(later("bad"), "✕")
TOO_FEW = Verdict(later("too few to tell"), "·")


def verdict(column: str, numerator: int, denominator: int) -> Verdict | None:
    """Return the verdict on a rate; None if there are no bands for it, or the denominator is 0.

    If a single case would make the rate bad, a rate with at most one case is judged "too few to tell".
    """
    bands = BANDS.get(column)
    if bands is None or not denominator:
        return None
    if numerator <= 1 and denominator * bands.bad < 1:
        return TOO_FEW
    rate = numerator / denominator
    return BAD if rate >= bands.bad else WATCH if rate >= bands.watch else GOOD


def per_cent(share: float) -> str:
    """Return a limit as text in per cent."""
    return f"{share * 100:g} %"
