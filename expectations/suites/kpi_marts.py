"""Promises about marts of KPIs that no other suite speaks of: counts are their fact's, rates divide.

Belongs here: what the KPI dictionary alone tells, so that a new mart is checked as soon as it is in it. Does
not belong here: what else is known of a mart (the suite of its subject).
"""

from __future__ import annotations

from collections.abc import Iterable

from expectations import kpis
from expectations.check import Check, Probe
from expectations.measures import rates_divide, rules_kept, totals_agree


def of_marts_without(checked: Iterable[Probe]) -> tuple[Probe, ...]:
    """A probe for each mart of the dictionary that is the table of no check of the others."""
    tables = {check.table for probe in checked for check in probe.checks}
    return tuple(of_mart(mart) for mart in kpis.marts() if f"marts.{mart}" not in tables)


def of_mart(mart: str) -> Probe:
    """Every count of a mart beside the same of the rows of its fact, and every rate."""
    check = Check(
        name=f"{mart}_equals_its_facts",
        kind="audit",
        table=f"marts.{mart}",
        promise="every count is that of the fact's rows, every rate its counts divided, null over zero",
        if_broken="A cell was lost, doubled or not refreshed: rebuild with --full-refresh; if it stays, the"
        " mart's join or its incremental selection is wrong.",
    )
    table, key = f"insights.marts.{mart}", kpis.key_of(mart)
    counts = [kpi for kpi in kpis.shown_in(mart) if isinstance(kpi, kpis.Count)]
    facts = dict.fromkeys(count.fact for count in counts)
    measured = [
        totals_agree(
            check.name,
            key,
            {kpi.column: (f"sum({kpi.column})", kpi.sql) for kpi in counts if kpi.fact == fact},
            here=(mart, table),
            there=(fact, f"insights.marts.{fact}"),
        )
        for fact in facts
    ]
    rates = kpis.rates_in(mart)
    if rates:
        name = f"concat_ws(' / ', {', '.join(key)})"
        measured.append(rules_kept(table, name, "rows break it", {check.name: rates_divide(rates)}))
    return Probe(
        (check,),
        (table, *(f"insights.marts.{fact}" for fact in facts)),
        " union all ".join(f"select * from ({sql})" for sql in measured),
    )
