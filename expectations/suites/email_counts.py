"""The e-mail KPIs once more, apart from the dbt project: what marts are recounted with.

Belongs here: names of counts and rates, and what they count in `fct_email_messages`. Written from the KPI
contract, not from the models, so that a slip there cannot hide here.
"""

from __future__ import annotations

MESSAGES = "insights.marts.fct_email_messages"
EVENTS = "insights.marts.fct_email_events"

#: KPIs that count messages -> the flag of a message; others are counts of a message already.
FLAGS = {
    "targeted": "was_targeted",
    "blocked": "was_blocked",
    "sending_failed": "was_sending_failed",
    "sent": "was_sent",
    "bounced_hard": "was_bounced_hard",
    "bounced_soft": "was_bounced_soft",
    "bounced_other": "was_bounced_other",
    "bounced_total": "was_bounced",
    "delivered": "was_delivered",
    "delivered_confirmed": "was_delivered_confirmed",
    "opened_unique": "was_opened",
    "did_not_open": "did_not_open",
    "clicked_unique": "was_clicked",
    "feedback_loops": "was_feedback_loop",
    "unsubscribed": "was_unsubscribed",
    "subscription_submitted": "was_subscription_submitted",
    "opened_unique_human": "was_opened_human",
    "clicked_unique_human": "was_clicked_human",
}
TOTALS = (
    "opened_total",
    "clicked_total",
    "forwarded",
    "generated_leads",
    "opened_total_human",
    "clicked_total_human",
)
COUNTS = (*FLAGS, *TOTALS)

#: Rates -> what is divided by what.
RATES = {
    "delivery_rate": ("delivered", "sent"),
    "open_rate": ("opened_unique", "delivered"),
    "click_rate": ("clicked_unique", "delivered"),
    "click_to_open_rate": ("clicked_unique", "opened_unique"),
    "hard_bounce_rate": ("bounced_hard", "sent"),
    "soft_bounce_rate": ("bounced_soft", "sent"),
    "block_rate": ("blocked", "targeted"),
    "complaint_rate": ("feedback_loops", "delivered"),
    "unsubscribe_rate": ("unsubscribed", "delivered"),
    "open_rate_human": ("opened_unique_human", "delivered"),
    "click_rate_human": ("clicked_unique_human", "delivered"),
    "click_to_open_rate_human": ("clicked_unique_human", "opened_unique_human"),
}
#: Rates of a part to its whole.
SHARES = ("delivery_rate", "hard_bounce_rate", "soft_bounce_rate", "block_rate")

#: Invariant 1, on counts.
EQUATIONS = (
    "sent = targeted - blocked - sending_failed and delivered = sent - bounced_total"
    " and bounced_total = bounced_hard + bounced_soft + bounced_other"
)

#: Invariant 2, on counts. `did_not_open` is of delivered messages; a bounced one can be opened.
BOUNDS = (
    "least(" + ", ".join(COUNTS) + ") >= 0"
    " and opened_unique <= opened_total and clicked_unique <= clicked_total"
    " and opened_unique <= targeted and clicked_unique <= targeted"
    " and feedback_loops <= targeted and unsubscribed <= targeted and subscription_submitted <= targeted"
    " and did_not_open <= delivered and delivered - did_not_open <= opened_unique"
    " and delivered_confirmed <= delivered"
    " and opened_unique_human <= opened_total_human and clicked_unique_human <= clicked_total_human"
    " and opened_unique_human <= opened_unique and clicked_unique_human <= clicked_unique"
    " and opened_total_human <= opened_total and clicked_total_human <= clicked_total"
)


def of_messages() -> dict[str, str]:
    """Each KPI as an aggregate over `fct_email_messages`."""
    flags = {kpi: f"count(case when {flag} then 1 end)" for kpi, flag in FLAGS.items()}
    return flags | {kpi: f"sum({kpi})" for kpi in TOTALS}


def of_counts() -> dict[str, str]:
    """Each KPI as an aggregate over a mart that has it as a column."""
    return {kpi: f"sum({kpi})" for kpi in COUNTS}


def rates_recomputed() -> str:
    """What is true of a mart row whose rates are its counts divided, null over zero, shares at most 1."""
    equal = [
        f"({rate} is null and {divisor} = 0"
        f" or abs({rate} - cast({dividend} as double) / nullif({divisor}, 0)) < 1e-9)"
        for rate, (dividend, divisor) in RATES.items()
    ]
    shares = [f"coalesce({rate}, 0) <= 1" for rate in SHARES]
    return " and ".join(equal + shares)
