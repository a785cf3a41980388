"""The e-mail KPIs as select lists, for builds made by hand."""

from __future__ import annotations

from expectations import kpis
from expectations.suites import CHECKS
from expectations.suites.base import EVENTS, MESSAGES
from expectations.suites.email.counts import KPIS, RATES, of_counts, of_messages

#: Marts with the dictionary's own check, and where they are.
OTHERS = {
    check.table.removeprefix("marts."): f"insights.{check.table}"
    for check in CHECKS
    if check.name.endswith("_equals_its_facts")
}


def kpis_of_messages() -> str:
    """Each count over the rows of messages."""
    return ", ".join(f"{sql} as {kpi}" for kpi, sql in of_messages().items())


def kpis_of_days() -> str:
    """Each count over rows that count already."""
    return ", ".join(f"{sql} as {kpi}" for kpi, sql in of_counts().items())


def rates() -> str:
    """Each rate of the counts beside it."""
    return ", ".join(f"{part} / nullif({whole}, 0) as {rate}" for rate, (part, whole) in RATES.items())


def other_marts() -> str:
    """The marts that only the dictionary's own check speaks of, from their facts."""
    return "".join(f"create or replace table {name} as {kpi_mart(mart)};\n" for mart, name in OTHERS.items())


def kpi_mart(mart: str) -> str:
    """A mart of one fact, as the dictionary says."""
    counts = [kpi for kpi in kpis.shown_in(mart) if isinstance(kpi, kpis.Count)]
    divided = [
        f"{part} / nullif({whole}, 0) as {rate}" for rate, (part, whole) in kpis.rates_in(mart).items()
    ]
    key = ", ".join(kpis.key_of(mart))
    counted = ", ".join(f"{kpi.sql} as {kpi.column}" for kpi in counts)
    (fact,) = {kpi.fact for kpi in counts}
    return (
        f"select {', '.join(['*', *divided])}"
        f" from (select {key}, {counted} from insights.marts.{fact} group by {key})"
    )


def other_kpis() -> str:
    """The columns of KPIs that the messages made by hand lack: counted in their events, else nothing happened."""
    return "".join(
        f"alter table {MESSAGES} add column if not exists {kpi.flag_or_number}"
        f" {'boolean' if kpi.is_flag else 'bigint'};\n"
        f"update {MESSAGES} as messages set {kpi.flag_or_number} = (select count(*)"
        f" from {EVENTS} as events where events.message_key = messages.message_key"
        f" and interaction_type = '{kpi.event}'{' and not is_machine' if kpi.of_people else ''})"
        f" where {kpi.flag_or_number} is null;\n"
        for kpi in KPIS.values()
    )
