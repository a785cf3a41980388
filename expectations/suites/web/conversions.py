"""Promises about conversions: each order counts once, and days have the same conversions and amounts (7).

Belongs here: `mart_conversions*`. Does not belong here: the visits that lead to a conversion (`visits.py`).
"""

from __future__ import annotations

from expectations.check import Check
from expectations.rules import RowsKeepRule, TotalsAgree, table
from expectations.suites.base import ACTIVITIES, MARTS, WRONG_COLUMN, audit, finds_dimensions

_CONVERSIONS = f"{MARTS}.mart_conversions"
_DAYS = f"{MARTS}.mart_conversions_daily"
_DAY = (
    "conversion_date",
    "last_touch_type",
    "last_touch_email_id",
    "last_touch_journey_id",
    "last_touch_campaign",
    "currency",
)
_COUNTED = f"(select coalesce(order_id, interaction_id) as order_key, occurred_at from {_CONVERSIONS})"
_REPORTED = f"""(
    select coalesce(order_id, interaction_id) as order_key, min(occurred_at) as occurred_at
    from {ACTIVITIES}
    where interaction_type = 'converted'
    group by all
)"""
_NAMES_NOTHING = (
    "{touch}_email_id = 'unknown' and {touch}_journey_id = 'unknown' and {touch}_campaign = 'unknown'"
)
_TOUCHED = " and ".join(
    f"({touch}_type <> 'direct' or {_NAMES_NOTHING.format(touch=touch)})"
    for touch in ("first_touch", "last_touch")
)

CHECKS: tuple[Check, ...] = (
    audit(
        "conversions_equal_activities",
        "mart_conversions",
        "each order, and each report without an order id, is one conversion, dated by its first report",
        TotalsAgree(
            ("conversions", _COUNTED),
            ("orders reported", _REPORTED),
            per=("order_key",),
            counts={
                "conversions": ("count(*)", "count(*)"),
                "instant": ("max(epoch_us(occurred_at))", "max(epoch_us(occurred_at))"),
            },
        ),
    ),
    audit(
        "conversion_days_equal_conversions",
        "mart_conversions_daily",
        "conversions and amounts of a day, last touch and currency are those of the conversions",
        TotalsAgree(
            table(_DAYS),
            table(_CONVERSIONS),
            per=_DAY,
            counts={
                "conversions": ("sum(conversions)", "count(*)"),
                "amount": (
                    "coalesce(sum(amount), 0)",
                    "coalesce(cast(sum(cast(amount as decimal(38, 4))) as double), 0)",
                ),
            },
        ),
    ),
    audit(
        "conversions_are_touched_or_direct",
        "mart_conversions",
        "what has a first touch has a last one; a direct conversion names no e-mail, journey or campaign",
        RowsKeepRule(
            _CONVERSIONS,
            f"(first_touch_type = 'direct') = (last_touch_type = 'direct') and {_TOUCHED}",
            "interaction_id",
        ),
        WRONG_COLUMN,
    ),
    finds_dimensions(
        "conversions_find_their_dimensions",
        "fct_conversions",
        "the contact of a conversion has its dimension row",
        {"dim_contact": ("contact_id",)},
    ),
)
