"""Promises about leads can fail: one change breaks just the checks that speak of it."""

from __future__ import annotations

from collections.abc import Callable

from tests.expectations.breaks import MARTS, Break, cases
from tests.expectations.conftest import Build, broken

LEADS = (
    Break(
        "a lead lost",
        "lead_insights_equal_leads",
        (f"delete from {MARTS}.mart_lead_insights where lead_id = 'l3'",),
    ),
    Break(
        "a lead of another status",
        "lead_insights_equal_leads",
        (f"update {MARTS}.mart_lead_insights set status = 'lost' where lead_id = 'l3'",),
    ),
    Break(
        "a lead that is sales-ready without a score",
        "lead_insights_sales_ready_are_scored",
        (f"update {MARTS}.mart_lead_insights set is_sales_ready = true where lead_id = 'l3'",),
    ),
    Break(
        "an older score",
        "lead_scores_are_the_latest",
        (
            f"update {MARTS}.mart_lead_scores set scored_at = scored_at - interval 1 day"
            " where lead_id = 'l0' and lead_scoring_model_id = 'm0'",
        ),
    ),
    Break(
        "a lead processed twice on a day",
        "lead_scoring_days_equal_scores",
        (
            f"update {MARTS}.mart_lead_scoring_daily set leads_processed = leads_processed + 1"
            " where scored_date = date '2026-01-03'",
        ),
    ),
    Break(
        "an interaction of its contact lost",
        "lead_timeline_has_every_interaction",
        (f"delete from {MARTS}.mart_lead_timeline where lead_id = 'l1' and interaction_id like 'm0004-%'",),
    ),
    Break(
        "a scoring model without its dimension row",
        "lead_scores_find_their_dimensions",
        (f"delete from {MARTS}.dim_lead_scoring_model where lead_scoring_model_id = 'm1'",),
    ),
)


@cases(*LEADS)
def test_only_the_promise_about_it_breaks(changed_build: Callable[..., Build], breach: Break) -> None:
    assert broken(changed_build(breach.change).judged()) == {breach.check, *breach.also}
