"""The hour of the week that stands out, in words, and whether chance may explain that it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from insights_app.catalogue.blocks import Hours
from insights_app.pages import change, charts, values
from insights_app.texts import said

#: A difference that chance makes less often than this is called one.
_SELDOM = 0.05


def said_of(block: Hours, rows: Sequence[Mapping[str, Any]]) -> str:
    """Say which of some hours has the largest share.

    rows: at least one, with `day`, `hour` and the block's columns.
    """
    best = max(rows, key=lambda row: row[block.share])
    hour = said("%(day)s %(first)s:00 to %(last)s:00") % {
        "day": said(charts.WEEKDAYS[best["day"]]),
        "first": f"{best['hour']:02}",
        "last": f"{(best['hour'] + 1) % 24:02}",
    }
    counts = {"part": values.count(best[block.count]), "whole": values.count(best[block.of])}
    text = said(block.said) % {
        "hour": hour,
        "share": values.rate(best[block.share]),
        "counts": said("%(part)s of %(whole)s") % counts,
    }
    return f"{text} {_judged(block, best, rows)}" if block.is_judged and len(rows) > 1 else text


def _judged(block: Hours, best: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Whether the best of so many hours differs from the rest by more than the best of any would."""
    count, of = best[block.count], best[block.of]
    rest = (sum(row[block.count] for row in rows) - count, sum(row[block.of] for row in rows) - of)
    # Of many hours one always stands out: what chance does to one of them it has a try at with each.
    chance = change.probability_of_chance(change.z_of_rates((count, of), rest)) * len(rows)
    if chance < _SELDOM:
        return said("It stands out more than chance explains.")
    text = said("Of %(hours)s hours one stands out by chance as far as this: too close to call.")
    return text % {"hours": len(rows)}
