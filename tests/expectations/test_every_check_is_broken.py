"""No check without a change that breaks it, and Great Expectations says the same as the measurements."""

from __future__ import annotations

from collections.abc import Callable

from expectations.suites import PROBES
from tests.expectations import (
    test_broken_books,
    test_broken_contacts,
    test_broken_facts,
    test_broken_journeys,
    test_broken_leads,
    test_broken_marts,
    test_broken_web,
)
from tests.expectations.breaks import MARTS, Break
from tests.expectations.conftest import Build, broken

BREAKS: tuple[Break, ...] = (
    *test_broken_facts.FLAGS,
    *test_broken_facts.RECOUNTS,
    *test_broken_facts.STAGED,
    *test_broken_facts.REFERENCES,
    *test_broken_marts.KPIS,
    *test_broken_marts.DETAILS,
    *test_broken_marts.LINKS,
    *test_broken_contacts.ACTIVITY,
    *test_broken_contacts.CONTACTS,
    *test_broken_journeys.JOURNEYS,
    *test_broken_journeys.SEGMENTS,
    *test_broken_leads.LEADS,
    *test_broken_web.PAGES_AND_FORMS,
    *test_broken_web.WEBSITES,
    *test_broken_web.REDIRECTS,
    *test_broken_web.LISTS,
    *test_broken_books.BOOKS,
    *test_broken_books.ARRIVALS,
)


def test_every_check_has_a_break_aimed_at_it() -> None:
    checks = {check.name for probe in PROBES for check in probe.checks}
    assert {each.check for each in BREAKS} == checks


def test_great_expectations_agrees_with_the_measurements(changed_build: Callable[..., Build]) -> None:
    build = changed_build(
        [
            *test_broken_facts.FLAGS[3].change,
            *test_broken_books.BOOKS[0].change,
            *test_broken_books.ARRIVALS[2].change,
            f"drop table {MARTS}.mart_email_clients",
        ]
    )
    judged = build.judged()
    assert len(broken(judged)) >= 4
    assert build.audit() == judged
