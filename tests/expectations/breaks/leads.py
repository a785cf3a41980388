"""What breaks promises about leads."""

from __future__ import annotations

from tests.expectations.breaks.sql import Changes, delete, update

BREAKS: Changes = {
    "lead_insights_equal_leads": {
        "a lead lost": delete("mart_lead_insights"),
        "a lead of another status": update("mart_lead_insights", "status = 'lost'", "status <> 'lost'"),
    },
    "lead_insights_sales_ready_are_scored": {
        "a lead that is sales-ready without a score": update(
            "mart_lead_insights",
            "is_sales_ready = true",
            "lead_id not in (select lead_id from fct_lead_scores)",
        )
    },
    "lead_scores_are_the_latest": {
        "an older score": update("mart_lead_scores", "scored_at = scored_at - interval 1 day")
    },
    "lead_scoring_days_equal_scores": {
        "a lead processed twice on a day": update(
            "mart_lead_scoring_daily", "leads_processed = leads_processed + 1"
        )
    },
    "lead_timeline_has_every_interaction": {
        "an interaction of its contact lost": delete(
            "mart_lead_timeline",
            "lead_id in (select lead_id from mart_lead_insights) and interaction_id in"
            " (select interaction_id from mart_contact_timeline where entity_type <> 'lead')",
        )
    },
    "lead_touches_are_the_first": {
        "a later touch as the first": update(
            "mart_lead_touches", "occurred_at = occurred_at + interval 1 hour", "touch = 'first'"
        ),
        "a lead without its first touch": delete("mart_lead_touches", "touch = 'first'"),
    },
    "lead_touches_come_before_what_they_led_to": {
        "a touch after the lead was created": update(
            "mart_lead_touches",
            "occurred_at = occurred_at + interval 1000 day",
            "touch = 'last_before_created'",
        ),
    },
    "lead_scores_find_their_dimensions": {
        "a scoring model without its dimension row": delete(
            "dim_lead_scoring_model",
            "lead_scoring_model_id in (select lead_scoring_model_id from fct_lead_scores)",
        )
    },
}
