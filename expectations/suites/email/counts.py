"""SQL for the e-mail KPIs of the dictionary, with which checks recount the marts.

Belongs here: counts and rates over messages and over marts, and what must be true of them. Does not belong
here: the names of KPIs and what they sum (the dictionary, `expectations/kpis.py`).
"""

from __future__ import annotations

from expectations import kpis
from expectations.rules import rates_divide

#: KPI -> SQL that counts it over messages.
KPIS = kpis.counts_of("email_messages")
COUNTS = tuple(KPIS)

#: Rate -> (numerator, denominator).
RATES = kpis.rates_in("mart_email_kpis")
#: Rates that divide a part by its whole, so that they are at most 1.
SHARES = ("delivery_rate", "bounce_rate", "hard_bounce_rate", "soft_bounce_rate", "block_rate")

#: SQL of invariant 1 over a mart's counts.
EQUATIONS = (
    "sent = targeted - blocked - sending_failed and delivered = sent - bounced_total"
    " and bounced_total = bounced_hard + bounced_soft + bounced_other"
)

#: SQL of invariant 2 over a mart's counts. `did_not_open` counts delivered messages only, although a bounced
#: message can be opened.
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
    """Return KPI -> SQL of the aggregate over `fct_email_messages`."""
    return {name: kpi.sql for name, kpi in KPIS.items()}


def of_counts() -> dict[str, str]:
    """Return KPI -> SQL of the aggregate over a mart that has it as a column."""
    return {kpi: f"sum({kpi})" for kpi in COUNTS}


def rates_recomputed() -> str:
    """SQL that is true for a mart row if each rate is its counts' quotient (null over 0) and shares are at
    most 1.
    """
    return " and ".join([rates_divide(RATES), *(f"coalesce({rate}, 0) <= 1" for rate in SHARES)])
