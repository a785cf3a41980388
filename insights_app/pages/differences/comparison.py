"""Two records beside each other, and in words whether they differ by more than chance.

Rates are judged by the two-proportion z test, as changes are (`change.py`). Where fewer than five cases would
be expected on any side, if both were alike, the test says nothing and so does the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from insights_app.catalogue.blocks import Comparison
from insights_app.catalogue.kpis import Kpi
from insights_app.pages import change, values
from insights_app.texts import later, said

_FEWEST_EXPECTED = 5
#: How seldom chance makes a difference, in words; the largest first.
_SELDOM = ((0.001, later("1 of 1,000")), (0.01, later("1 of 100")), (1.0, later("1 of 20")))


@dataclass(frozen=True)
class Side:
    """A rate of one record: `count` of `of`."""

    name: str
    count: int
    of: int

    @property
    def rate(self) -> float:
        """The share."""
        return self.count / self.of

    @property
    def pair(self) -> tuple[int, int]:
        """Numerator and denominator."""
        return self.count, self.of


@dataclass(frozen=True)
class Verdict:
    """What a comparison says. is_different: more than chance explains. more: the likely size of it."""

    text: str
    is_different: bool = False
    more: str = ""


def drawn(block: Comparison, rows: Sequence[Mapping[str, Any]], kpis: Mapping[str, Kpi]) -> dict[str, Any]:
    """Lay out the KPIs.

    rows: of both records, with `record` (the id), `name` and the counts of the KPIs.
    """
    names = names_of(rows)
    return {"cards": [_card(kpis[name], names, rows, block.said.get(name, "")) for name in block.kpis]}


def names_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the two are called: their names, with their ids where the names are alike."""
    if len({row["name"] for row in rows}) < len(rows):
        return [f"{row['name']} ({row['record']})" for row in rows]
    return [row["name"] for row in rows]


def _card(kpi: Kpi, names: Sequence[str], rows: Sequence[Mapping[str, Any]], what: str) -> dict[str, Any]:
    card = {"label": said(kpi.label), "words": said(kpi.words)}
    if kpi.parts is None:
        counts = [row[kpi.column] or 0 for row in rows]
        sides = [
            {"name": name, "value": values.count(value), "of": ""}
            for name, value in zip(names, counts, strict=True)
        ]
        return {**card, "sides": sides, "verdict": _of_counts(names, counts)}
    numerator, denominator = kpi.parts
    both = [
        Side(name, row[numerator] or 0, row[denominator] or 0) for name, row in zip(names, rows, strict=True)
    ]
    sides = [
        {
            "name": side.name,
            "value": values.rate(side.rate) if side.of else values.NOTHING,
            "of": _of(side),
        }
        for side in both
    ]
    return {**card, "sides": sides, "verdict": of_rates(both[0], both[1], what)}


def _of_counts(names: Sequence[str], counts: Sequence[int]) -> Verdict:
    """Counts are not judged: they follow from how many messages were sent."""
    difference = counts[0] - counts[1]
    more = names[0] if difference > 0 else names[1]
    if not difference:
        return Verdict(said("As many of both"))
    return Verdict(
        said("%(number)s more of %(name)s") % {"number": values.count(abs(difference)), "name": more}
    )


def _of(side: Side) -> str:
    counts = {"part": values.count(side.count), "whole": values.count(side.of)}
    return said("%(part)s of %(whole)s") % counts


def of_rates(one: Side, other: Side, what: str) -> Verdict:
    """Judge two rates. what: what happened more often where the rate is higher, such as `was opened`."""
    if not one.of or not other.of:
        return Verdict(said("Nothing to compare in these days."))
    if _are_too_few(one, other):
        few = {"one": _of(one), "other": _of(other)}
        return Verdict(said("Too few to judge: %(one)s against %(other)s.") % few)
    high, low = (one, other) if one.rate >= other.rate else (other, one)
    rates = {"high": values.rate(high.rate), "low": values.rate(low.rate)}
    z = change.z_of_rates(high.pair, low.pair)
    chance = change.probability_of_chance(z)
    if z < change.NOISE:
        text = said(
            "Too close to call: %(high)s against %(low)s; chance alone makes such a difference in %(often)s"
            " of 100 cases."
        )
        return Verdict(text % {**rates, "often": round(chance * 100)})
    text = said(
        "%(name)s %(what)s more often: %(high)s against %(low)s, a difference that chance explains in fewer"
        " than %(seldom)s cases."
    )
    seldom = next(words for bound, words in _SELDOM if chance < bound)
    least, most = (max(0.0, bound * 100) for bound in change.bounds_of_difference(high.pair, low.pair))
    decimals = 1 if most >= 1 else 2
    bounds = {"least": f"{least:.{decimals}f}", "most": f"{most:.{decimals}f}"}
    return Verdict(
        text % {**rates, "name": high.name, "what": said(what), "seldom": said(seldom)},
        is_different=True,
        more=said("Probably by %(least)s to %(most)s points.") % bounds,
    )


def _are_too_few(one: Side, other: Side) -> bool:
    pooled = (one.count + other.count) / (one.of + other.of)
    return min(side.of * share for side in (one, other) for share in (pooled, 1 - pooled)) < _FEWEST_EXPECTED
