"""Promises about KPI marts that no other suite checks: counts equal their fact's, rates are quotients.

Belongs here: checks derived from the KPI dictionary alone, so that a new mart is checked as soon as the
dictionary has it. Does not belong here: other rules about a mart (the suite of its subject).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from expectations import kpis
from expectations.check import Check
from expectations.rules import TotalsAgree, rates_divide
from expectations.suites.base import MARTS, STALE, audit


def of_marts_without(others: Iterable[Check]) -> tuple[Check, ...]:
    """Return a check for each mart of the dictionary that is not the table of any other check."""
    tables = {check.table for check in others}
    return tuple(of_mart(mart) for mart in kpis.marts() if f"marts.{mart}" not in tables)


def of_mart(mart: str) -> Check:
    """Return the check of a mart: each count equals that of its facts' rows, each rate its counts'
    quotient.
    """
    key = kpis.key_of(mart)
    shown = [kpi for kpi in kpis.shown_in(mart) if isinstance(kpi, kpis.Count)]
    counts = {kpi.column: (f"sum({kpi.column})", f"sum({kpi.column})") for kpi in shown}
    rates = kpis.rates_in(mart)
    if rates:
        wrong = f"count(case when ({rates_divide(rates)}) is not true then 1 end)"
        counts["rows whose rates are not their counts divided"] = (wrong, "0")
    facts = list(dict.fromkeys(kpi.fact for kpi in shown))
    counted = " union all by name ".join(_counted(fact, key, shown) for fact in facts)
    return audit(
        f"{mart}_equals_its_facts",
        mart,
        "every count is that of the fact's rows, every rate its counts divided, null over zero",
        TotalsAgree((mart, f"{MARTS}.{mart}"), (" and ".join(facts), f"({counted})"), key, counts),
        STALE,
    )


def _counted(fact: str, key: Sequence[str], counts: Sequence[kpis.Count]) -> str:
    """SQL for the counts of one fact per key of the mart."""
    columns = ", ".join(f"{kpi.sql} as {kpi.column}" for kpi in counts if kpi.fact == fact)
    return f"select {', '.join(key)}, {columns} from {MARTS}.{fact} group by all"
