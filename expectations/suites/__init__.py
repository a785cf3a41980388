"""The checks of a build, one module per room of tables.

Belongs here: promises and the SQL that measures them. Does not belong here: how SQL is run or findings are
judged; no module here imports Great Expectations.
"""

from expectations.check import Probe
from expectations.suites import (
    activities,
    arrivals,
    books,
    contact_marts,
    email_events,
    email_marts,
    email_messages,
    email_recount,
    journeys,
    kpi_marts,
    leads,
    segments,
    web_marts,
)

_BY_HAND: tuple[Probe, ...] = (
    *books.PROBES,
    *email_events.PROBES,
    *email_messages.PROBES,
    *email_recount.PROBES,
    *email_marts.PROBES,
    *activities.PROBES,
    *contact_marts.PROBES,
    *journeys.PROBES,
    *segments.PROBES,
    *leads.PROBES,
    *web_marts.PROBES,
    *arrivals.PROBES,
)
PROBES = (*_BY_HAND, *kpi_marts.of_marts_without(_BY_HAND))
