"""What breaks each check, as SQL on a sound build, suite by suite.

Belongs here: changes, by the check that must turn red, and changes that it must bear. Does not belong here: making
the build and judging it (`tests/expectations/conftest.py`).
"""

from __future__ import annotations

from tests.expectations.breaks import (
    arrivals,
    books,
    contacts,
    conversions,
    email_facts,
    email_marts,
    journeys,
    leads,
    web,
)
from tests.expectations.breaks.sql import Changes

_SUITES = (email_facts, email_marts, contacts, journeys, leads, web, conversions, books, arrivals)

#: Check -> what breaks it.
BREAKS: Changes = {check: changes for suite in _SUITES for check, changes in suite.BREAKS.items()}
#: Check -> what it bears.
BORNE: Changes = {
    check: changes for suite in (email_facts, journeys, arrivals) for check, changes in suite.BORNE.items()
}
