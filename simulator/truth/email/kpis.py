"""The counts and rates of emails that kpis.md defines, by any keys."""

from __future__ import annotations

import numpy as np
import pandas as pd

COUNTS = (
    "targeted", "blocked", "sending_failed", "sent", "bounced_hard", "bounced_soft", "bounced_other",
    "bounced_total", "delivered", "delivered_confirmed", "opened_total", "opened_unique", "did_not_open",
    "clicked_total", "clicked_unique", "forwarded", "feedback_loops", "unsubscribed",
    "subscription_submitted", "generated_leads", "opened_unique_human", "clicked_unique_human",
    "opened_total_human", "clicked_total_human",
)  # fmt: skip

RATES = {
    "delivery_rate": ("delivered", "sent"),
    "open_rate": ("opened_unique", "delivered"),
    "click_rate": ("clicked_unique", "delivered"),
    "click_to_open_rate": ("clicked_unique", "opened_unique"),
    "bounce_rate": ("bounced_total", "sent"),
    "hard_bounce_rate": ("bounced_hard", "sent"),
    "soft_bounce_rate": ("bounced_soft", "sent"),
    "block_rate": ("blocked", "targeted"),
    "complaint_rate": ("feedback_loops", "delivered"),
    "unsubscribe_rate": ("unsubscribed", "delivered"),
    "open_rate_human": ("opened_unique_human", "delivered"),
    "click_rate_human": ("clicked_unique_human", "delivered"),
    "click_to_open_rate_human": ("clicked_unique_human", "opened_unique_human"),
}


def email_counts(messages: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the counts of kpis.md, summed over messages with the same keys."""
    return messages.groupby(keys, sort=True, as_index=False)[list(COUNTS)].sum()


def email_rates(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the rates that kpis.md makes of its counts; no value where the divisor is 0."""
    ratios = {
        name: np.where(frame[below] > 0, frame[above] / frame[below].replace(0, 1), np.nan)
        for name, (above, below) in RATES.items()
    }
    return frame.assign(**ratios)
