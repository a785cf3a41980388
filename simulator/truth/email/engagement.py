"""The expected marts of engagement: who opened and clicked how recently and how often, and cohorts."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pandas as pd

from simulator.events.email.model import UNKNOWN
from simulator.truth.rows import NO_TIME, instants, local_dates

WINDOWS = (30, 90, 365)
#: Type of an answer -> what the columns of its counts begin with, and the column of the last one.
_RESPONSES = {
    "email_opened": ("opens", "last_opened_at"),
    "email_clicked": ("clicks", "last_clicked_at"),
}


def engagement(messages: pd.DataFrame, events: pd.DataFrame, as_of: date, time_zone: str) -> pd.DataFrame:
    """Return a row per known contact that was sent a message, as of a day."""
    sent, answers = _sent(messages), _answers(events, time_zone)
    frame = sent.groupby("contact_id").agg(
        first_sent_date=("send_date", "min"),
        last_sent_date=("send_date", "max"),
        sent=("sent", "sum"),
        delivered=("delivered", "sum"),
    )
    for kind, (name, last_at) in _RESPONSES.items():
        of_kind = answers[answers["interaction_type"] == kind]
        last = of_kind.groupby("contact_id")["occurred_at"].max().reindex(frame.index, fill_value=NO_TIME)
        frame[last_at] = instants(last)
        for days in WINDOWS:
            within = of_kind[of_kind["day"] > _before(as_of, days)]
            counts = within.groupby("contact_id").size().reindex(frame.index, fill_value=0)
            frame[f"{name}_last_{days}_days"] = counts
    last_day = answers.groupby("contact_id")["day"].max().reindex(frame.index)
    frame["last_engaged_date"] = last_day.where(last_day.notna(), None)
    after = sent["send_date"] > sent["contact_id"].map(last_day).fillna("")
    frame["delivered_since_engaged"] = (
        sent[after].groupby("contact_id")["delivered"].sum().reindex(frame.index, fill_value=0)
    )
    frame["engagement_group"] = _groups(frame, answers, as_of)
    return frame.reset_index()


def cohorts(messages: pd.DataFrame, events: pd.DataFrame, as_of: date, time_zone: str) -> pd.DataFrame:
    """Return a row per month of first messages and month since, up to that of a day."""
    sent, answers = _sent(messages), _answers(events, time_zone)
    first = sent.groupby("contact_id")["send_date"].min().map(_month)
    counted = first.value_counts()
    sizes = dict(zip(counted.index.astype(int).tolist(), counted.tolist(), strict=True))
    active = {
        "contacts_sent": _by_month(first, sent["contact_id"], sent["send_date"]),
        **{
            f"contacts_{kind.removeprefix('email_')}": _by_month(
                first,
                answers.loc[answers["interaction_type"] == kind, "contact_id"],
                answers.loc[answers["interaction_type"] == kind, "day"],
            )
            for kind in _RESPONSES
        },
    }
    last = _month(as_of.isoformat())
    rows = [
        {
            "first_sent_month": f"{month // 12:04}-{month % 12 + 1:02}-01",
            "months_since": since,
            "contacts": size,
            **{name: counts[month, since] for name, counts in active.items()},
        }
        for month, size in sorted(sizes.items())
        for since in range(last - month + 1)
    ]
    return pd.DataFrame(rows)


def _sent(messages: pd.DataFrame) -> pd.DataFrame:
    return messages[(messages["sent"] == 1) & (messages["contact_id"] != UNKNOWN)]


def _answers(events: pd.DataFrame, time_zone: str) -> pd.DataFrame:
    """Opens and clicks of known people, with their day."""
    is_answer = events["interaction_type"].isin(list(_RESPONSES))
    frame = events[is_answer & ~events["is_machine"] & (events["contact_id"] != UNKNOWN)]
    return frame.assign(day=local_dates(frame["occurred_at"].to_numpy(), time_zone))


def _before(as_of: date, days: int) -> str:
    return (as_of - timedelta(days=days)).isoformat()


def _month(day: str) -> int:
    """Months since the year 0."""
    return int(day[:4]) * 12 + int(day[5:7]) - 1


def _by_month(first: pd.Series, contacts: pd.Series, days: pd.Series) -> Counter[tuple[int, int]]:
    """How many contacts of a cohort (its month) did something so many months after it."""
    frame = pd.DataFrame({"contact_id": contacts, "month": days.map(_month)}).drop_duplicates()
    frame["cohort"] = frame["contact_id"].map(first)
    frame = frame[frame["cohort"].notna()].astype({"cohort": int})
    pairs = zip(frame["cohort"].tolist(), (frame["month"] - frame["cohort"]).tolist(), strict=True)
    return Counter(pairs)


def _groups(frame: pd.DataFrame, answers: pd.DataFrame, as_of: date) -> pd.Series:
    last = frame["last_engaged_date"].fillna("")
    recent_days = answers[answers["day"] > _before(as_of, 90)]
    days = recent_days.groupby("contact_id")["day"].nunique().reindex(frame.index, fill_value=0)
    within = {window: last > _before(as_of, window) for window in WINDOWS}
    names = np.select(
        [
            within[30] & (days >= 3),
            within[30],
            within[90],
            within[365],
            last != "",
            frame["delivered"] == 0,
            frame["first_sent_date"] > _before(as_of, 30),
        ],
        ["frequent", "recent", "cooling", "lapsing", "dormant", "not_reached", "new"],
        "silent",
    )
    return pd.Series(names, index=frame.index)
