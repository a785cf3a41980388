"""The checks of a build: suites of expectations, grouped by the tables that they are about.

Belongs here: promises, as lists of checks that read like the invariants they prove. Does not belong here: how
a rule is measured (`expectations/rules.py`); nothing here imports Great Expectations, which takes seconds.
"""

from expectations.check import Check
from expectations.suites import activities, contacts, journeys, kpi_marts, leads, privacy, segments
from expectations.suites.email import events, marts, messages, recount
from expectations.suites.sources import arrivals, books
from expectations.suites.web import conversions, visits

_BY_HAND: tuple[Check, ...] = (
    *privacy.CHECKS,
    *books.CHECKS,
    *events.CHECKS,
    *messages.CHECKS,
    *recount.CHECKS,
    *marts.CHECKS,
    *activities.CHECKS,
    *contacts.CHECKS,
    *journeys.CHECKS,
    *segments.CHECKS,
    *leads.CHECKS,
    *visits.CHECKS,
    *conversions.CHECKS,
    *arrivals.CHECKS,
)
CHECKS = (*_BY_HAND, *kpi_marts.of_marts_without(_BY_HAND))
"""All checks of a build, in the order in which results list them."""
