"""The checks of a build, one module per room of tables.

Belongs here: promises and the SQL that measures them. Does not belong here: how SQL is run or findings are
judged; no module here imports Great Expectations.
"""

from expectations.check import Probe
from expectations.suites import (
    activities,
    arrivals,
    books,
    contacts,
    journeys,
    kpi_marts,
    leads,
    segments,
    web,
)
from expectations.suites.email import events, marts, messages, recount

_BY_HAND: tuple[Probe, ...] = (
    *books.PROBES,
    *events.PROBES,
    *messages.PROBES,
    *recount.PROBES,
    *marts.PROBES,
    *activities.PROBES,
    *contacts.PROBES,
    *journeys.PROBES,
    *segments.PROBES,
    *leads.PROBES,
    *web.PROBES,
    *arrivals.PROBES,
)
PROBES = (*_BY_HAND, *kpi_marts.of_marts_without(_BY_HAND))
