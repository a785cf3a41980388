"""The e-mail KPIs of the dictionary as SQL: what marts are recounted with.

Belongs here: counts and rates over messages and over marts, and what must be true of them. Does not belong
here: the names of KPIs and what they sum (the dictionary, `expectations/kpis.py`).
"""

from __future__ import annotations

from expectations import kpis
from expectations.rules import rates_divide

#: KPI -> how it is counted in messages.
KPIS = kpis.counts_of("email_messages")
COUNTS = tuple(KPIS)

#: Rates -> what is divided by what.
RATES = kpis.rates_in("mart_email_kpis")
#: Rates of a part to its whole.
SHARES = ("delivery_rate", "bounce_rate", "hard_bounce_rate", "soft_bounce_rate", "block_rate")

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
    return {name: kpi.sql for name, kpi in KPIS.items()}


def of_counts() -> dict[str, str]:
    """Each KPI as an aggregate over a mart that has it as a column."""
    return {kpi: f"sum({kpi})" for kpi in COUNTS}


def rates_recomputed() -> str:
    """What is true of a mart row whose rates are its counts divided, null over zero, shares at most 1."""
    return " and ".join([rates_divide(RATES), *(f"coalesce({rate}, 0) <= 1" for rate in SHARES)])
