"""What the trade calls good and bad: the bands by which mailbox providers judge a sender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Bands:
    """Shares between which a rate is watched: below `watch` it is good, from `bad` on it is bad."""

    watch: float
    bad: float

    @property
    def words(self) -> str:
        """The bands in words."""
        return f"Good below {_per_cent(self.watch)}, to watch from there, bad from {_per_cent(self.bad)}."


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


GOOD, WATCH, BAD = Verdict("good", "✓"), Verdict("watch", "!"), Verdict("bad", "✕")
TOO_FEW = Verdict("too few to tell", "·")


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


def _per_cent(share: float) -> str:
    return f"{share * 100:g} %"
