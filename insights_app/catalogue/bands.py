"""What the trade calls good and bad: the bands by which mailbox providers judge a sender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from insights_app.texts import later, said


@dataclass(frozen=True)
class Bands:
    """Shares between which a rate is watched: below `watch` it is good, from `bad` on it is bad."""

    watch: float
    bad: float

    @property
    def words(self) -> str:
        """The bands in words."""
        shares = {"watch": per_cent(self.watch), "bad": per_cent(self.bad)}
        return said("Good below %(watch)s, to watch from there, bad from %(bad)s.") % shares


#: By the column of the rate.
BANDS: Mapping[str, Bands] = {
    "bounce_rate": Bands(watch=0.01, bad=0.02),
    "complaint_rate": Bands(watch=0.0001, bad=0.0005),
    "unsubscribe_rate": Bands(watch=0.003, bad=0.01),
}


@dataclass(frozen=True)
class Verdict:
    """Which band a rate is in. word, sign: for people, so that colour alone tells nothing."""

    word: str
    sign: str


GOOD, WATCH, BAD = Verdict(later("good"), "✓"), Verdict(later("watch"), "!"), Verdict(later("bad"), "✕")
TOO_FEW = Verdict(later("too few to tell"), "·")


def verdict(column: str, numerator: int, denominator: int) -> Verdict | None:
    """Judge a rate; None where the trade has no bands for it, or nothing is divided.

    Where one case alone would make a rate bad, none or one tells nothing: these are too few to tell.
    """
    bands = BANDS.get(column)
    if bands is None or not denominator:
        return None
    if numerator <= 1 and denominator * bands.bad < 1:
        return TOO_FEW
    rate = numerator / denominator
    return BAD if rate >= bands.bad else WATCH if rate >= bands.watch else GOOD


def per_cent(share: float) -> str:
    """A limit as it is written."""
    return f"{share * 100:g} %"
