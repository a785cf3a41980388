"""The e-mail KPIs as select lists, for builds made by hand."""

from __future__ import annotations

from expectations.suites.email_counts import KPIS, MESSAGES, RATES, of_counts, of_messages


def kpis_of_messages() -> str:
    """Each count over the rows of messages."""
    return ", ".join(f"{sql} as {kpi}" for kpi, sql in of_messages().items())


def kpis_of_days() -> str:
    """Each count over rows that count already."""
    return ", ".join(f"{sql} as {kpi}" for kpi, sql in of_counts().items())


def rates() -> str:
    """Each rate of the counts beside it."""
    return ", ".join(f"{part} / nullif({whole}, 0) as {rate}" for rate, (part, whole) in RATES.items())


def nothing_of_other_kpis() -> str:
    """The columns of KPIs that the messages made by hand have no story for: nothing happened."""
    return "".join(
        f"alter table {MESSAGES} add column if not exists {kpi.flag_or_number}"
        f" {'boolean default false' if kpi.is_flag else 'bigint default 0'};\n"
        for kpi in KPIS.values()
    )
