"""The e-mail KPIs as select lists, for builds made by hand."""

from __future__ import annotations

from expectations.suites.email_counts import FLAGS, RATES, TOTALS


def kpis_of_messages() -> str:
    """Each count over the rows of messages."""
    flags = [f"count(case when {flag} then 1 end) as {kpi}" for kpi, flag in FLAGS.items()]
    return ", ".join(flags + [f"sum({kpi}) as {kpi}" for kpi in TOTALS])


def kpis_of_days() -> str:
    """Each count over rows that count already."""
    return ", ".join(f"sum({kpi}) as {kpi}" for kpi in (*FLAGS, *TOTALS))


def rates() -> str:
    """Each rate of the counts beside it."""
    return ", ".join(f"{part} / nullif({whole}, 0) as {rate}" for rate, (part, whole) in RATES.items())
