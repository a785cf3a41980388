"""No check without a change that breaks it, and Great Expectations says the same as the measurements."""

from __future__ import annotations

from collections.abc import Callable

from expectations.suites import CHECKS
from tests.expectations.breaks import MARTS, Break
from tests.expectations.conftest import Build, broken
from tests.expectations.suites import (
    test_books,
    test_contacts,
    test_email_facts,
    test_email_marts,
    test_journeys,
    test_leads,
    test_privacy,
    test_web,
)

BREAKS: tuple[Break, ...] = (
    *test_email_facts.FLAGS,
    *test_email_facts.RECOUNTS,
    *test_email_facts.STAGED,
    *test_email_facts.REFERENCES,
    *test_email_marts.KPIS,
    *test_email_marts.DETAILS,
    *test_email_marts.LINKS,
    *test_contacts.ACTIVITY,
    *test_contacts.CONTACTS,
    *test_journeys.JOURNEYS,
    *test_journeys.SEGMENTS,
    *test_leads.LEADS,
    *test_web.PAGES_AND_FORMS,
    *test_web.WEBSITES,
    *test_web.REDIRECTS,
    *test_web.LISTS,
    *test_privacy.LEAKS,
    *test_books.BOOKS,
    *test_books.ARRIVALS,
)


def test_every_check_has_a_break_aimed_at_it() -> None:
    checks = {check.name for check in CHECKS}
    assert {each.check for each in BREAKS} == checks


def test_great_expectations_agrees_with_the_measurements(changed_build: Callable[..., Build]) -> None:
    build = changed_build(
        [
            *test_email_facts.FLAGS[3].change,
            *test_books.BOOKS[0].change,
            *test_books.ARRIVALS[2].change,
            f"drop table {MARTS}.mart_email_clients",
        ]
    )
    judged = build.judged()
    assert len(broken(judged)) >= 4
    audited = build.audit()
    assert {name: audited[name] for name in judged} == judged
    assert broken(audited) == broken(judged)
