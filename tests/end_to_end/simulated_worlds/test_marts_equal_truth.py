"""What is published is what happened: every cell of every mart that the truth tells."""

from __future__ import annotations

import pytest

from tests.end_to_end.simulated_worlds import marts
from tests.harness.worlds import World

pytestmark = pytest.mark.slow


def test_a_world_with_every_fault(faulty_world: World) -> None:
    assert marts.differences(faulty_world.published, marts.read_truth(faulty_world.landing)) == []


def test_a_world_without_faults(clean_world: World) -> None:
    assert marts.differences(clean_world.published, marts.read_truth(clean_world.landing)) == []


def test_the_comparison_can_fail(faulty_world: World) -> None:
    truth = marts.read_truth(faulty_world.landing)
    truth["mart_email_kpis"][0]["sent"] += 1
    truth["mart_email_recipients"][0]["opens"] += 1
    truth["mart_email_clients"].pop()
    truth["mart_website_daily"][0]["sessions"] += 1
    truth["mart_page_visits"][0]["visitor_key"] = "visitor-of-another-world"
    truth["mart_contact_forms"][0]["submitted_values"] = "{}"
    found = marts.differences(faulty_world.published, truth)
    assert {line.split()[0].rstrip(":") for line in found} == {
        "mart_email_kpis",
        "mart_email_recipients",
        "mart_email_clients",
        "mart_website_daily",
        "mart_page_visits",
        "mart_contact_forms",
    }
