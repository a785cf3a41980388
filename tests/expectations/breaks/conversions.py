"""What breaks promises about conversions."""

from __future__ import annotations

from tests.expectations.breaks.sql import ACTIVITIES, Changes, delete, insert, update

BREAKS: Changes = {
    "conversions_equal_activities": {
        "a conversion lost": delete("mart_conversions"),
        "an order counted twice": insert(
            "mart_conversions", "'again' as interaction_id", "order_id is not null"
        ),
        "an order at the instant of a later report": update(
            "mart_conversions", "occurred_at = occurred_at + interval 2 second"
        ),
        "an order that is no conversion": update(
            ACTIVITIES, "order_id = 'another'", "interaction_type = 'converted' and order_id is not null"
        ),
    },
    "conversion_days_equal_conversions": {
        "a day lost": delete("mart_conversions_daily"),
        "a cent too much": update("mart_conversions_daily", "amount = amount + 0.01", "amount > 0"),
        "an amount in another currency": update("mart_conversions_daily", "currency = 'XXX'"),
    },
    "conversions_are_touched_or_direct": {
        "a last touch without a first": update(
            "mart_conversions", "first_touch_type = 'direct'", "first_touch_type <> 'direct'"
        ),
        "a direct conversion of a campaign": update(
            "mart_conversions", "last_touch_campaign = 'spring'", "last_touch_type = 'direct'"
        ),
    },
    "conversions_find_their_dimensions": {
        "a contact without its dimension row": update("fct_conversions", "contact_id = 'nobody'")
    },
}
