"""Labels, descriptions and formulas of KPIs from the KPI dictionary, by the name of a mart's column."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from expectations import kpis


@dataclass(frozen=True)
class Kpi:
    """A KPI as a page shows it.

    column: its column in marts. label, words: name and description for people.
    parts: numerator and denominator of a rate, as columns; None for a count.
    """

    column: str
    label: str
    words: str
    parts: tuple[str, str] | None = None

    @property
    def is_rate(self) -> bool:
        """Whether the KPI is a share and not a count."""
        return self.parts is not None


@functools.cache
def by_column(subject: str) -> dict[str, Kpi]:
    """Return the KPIs of a subject (the dbt folder with its part of the dictionary), by column."""
    found: dict[str, Kpi] = {}
    for count in kpis.counts():
        if count.file.parent.name == subject:
            found.setdefault(count.column, Kpi(count.column, count.label, count.words))
    for rate in kpis.rates():
        if rate.file.parent.name == subject:
            parts = (rate.numerator, rate.denominator)
            found.setdefault(rate.column, Kpi(rate.column, rate.label, rate.words, parts))
    return found
