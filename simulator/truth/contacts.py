"""The expected contact marts about emails, the timeline of contacts, and their interactions per day."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.email.model import UNKNOWN
from simulator.truth.email.kpis import COUNTS, email_counts
from simulator.truth.email.suppressions import current_addresses
from simulator.truth.interactions import AllInteractions
from simulator.truth.rows import instants, local_dates
from simulator.world.model import DAY, World


def email_kpis(messages: pd.DataFrame, suppressed: pd.DataFrame) -> pd.DataFrame:
    """Return the email counts per contact, and the suppression of its address; contacts with messages or a
    suppressed address."""
    counts = email_counts(messages, ["contact_id"])
    frame = counts.merge(suppressed, how="outer", on="contact_id")
    frame[list(COUNTS)] = frame[list(COUNTS)].fillna(0).astype(np.int64)
    frame["suppression_status"] = frame["suppression_status"].fillna("none")
    stamps = pd.to_datetime(frame["suppressed_until"], utc=True)
    texts = stamps.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ").astype(object)
    return frame.assign(suppressed_until=texts.where(stamps.notna(), None))


def growth(
    world: World,
    created_on_day: NDArray[np.int64],
    unsubscribed: pd.DataFrame,
    suppressed: dict[str, int],
    as_of: date,
    time_zone: str,
) -> pd.DataFrame:
    """Return one row per day up to the as-of day: who was created and lost, and who is reachable at its end.

    created_on_day: per contact, 0 for those created before the world began. unsubscribed: the unsubscriptions
    with `contact_id` and `occurred_at`. suppressed: when each address was first suppressed.
    """
    people = world.contacts
    newest = world.snapshot_days[-1]
    ends = as_of.isoformat()
    addresses = current_addresses(world)
    created = local_dates(_created(world, created_on_day), time_zone)
    known = unsubscribed[unsubscribed["contact_id"] != UNKNOWN].groupby("contact_id")["occurred_at"].min()
    left = dict(zip(known.index, local_dates(known.to_numpy(), time_zone), strict=True))
    firsts = list(suppressed)
    refused = dict(
        zip(firsts, local_dates(np.array([*suppressed.values()], np.int64), time_zone), strict=True)
    )
    counts: Counter[tuple[str, str]] = Counter()
    counts.update(("contacts_unsubscribed", day) for day in left.values())
    for contact in np.flatnonzero(created_on_day <= newest).tolist():
        day, address = created[contact], addresses[contact]
        counts["contacts_created", day] += 1
        lost = [left.get(people.contact_id[contact]), refused.get(address or "")]
        if lost[1]:
            counts["contacts_suppressed", lost[1]] += 1
        until = min([one for one in lost if one], default=None)
        if address and not people.do_not_bulk_email[contact] and (until is None or day < until):
            counts["contacts_reachable", day] += 1
            if until:
                counts["contacts_reachable", until] -= 1
    days = pd.date_range(min(day for _, day in counts), ends).strftime("%Y-%m-%d")
    names = ["contacts_created", "contacts_unsubscribed", "contacts_suppressed", "contacts_reachable"]
    frame = pd.DataFrame(
        {"growth_date": days, **{name: [counts[name, day] for day in days] for name in names}}
    )
    return frame.assign(contacts_erased=0, contacts_reachable=frame["contacts_reachable"].cumsum())


def _created(world: World, created_on_day: NDArray[np.int64]) -> NDArray[np.int64]:
    half_past_nine = DAY // 48 * 19
    before = world.begin + half_past_nine - world.contacts.created_days_before.astype(np.int64) * DAY
    return np.where(created_on_day > 0, world.begin + created_on_day * DAY, before)


def add_emails(world: World, events: pd.DataFrame, interactions: AllInteractions) -> None:
    """Add the email events to the list of all interactions."""
    interactions.add(
        len(events),
        interaction_type=events["interaction_type"].to_numpy(),
        occurred_at=events["occurred_at"].to_numpy(),
        contact_id=events["contact_id"].where(events["contact_id"] != UNKNOWN, None).to_numpy(),
        entity_id=events["email_id"].to_numpy(),
        detail=events["link_url"].fillna(events["reason"]).to_numpy(),
        is_machine=events["is_machine"].to_numpy(),
    )
    interactions.name("email", {email.email_id: email.name for email in world.emails})


def timeline(interactions: AllInteractions) -> pd.DataFrame:
    """Return a row per interaction of a known contact."""
    frame = interactions.frame()
    frame = frame[frame["contact_id"].notna()]
    frame = frame.sort_values(["contact_id", "occurred_at", "interaction_type", "entity_id", "detail"])
    columns = ["contact_id", "interaction_type", "entity_type", "entity_id", "entity_name", "detail"]
    return frame[[*columns, "is_machine"]].assign(occurred_at=instants(frame["occurred_at"]))


def interactions_daily(interactions: AllInteractions, time_zone: str) -> pd.DataFrame:
    """Return the number of interactions per contact, type and day."""
    frame = interactions.frame()
    frame = frame[frame["contact_id"].notna()]
    dated = frame.assign(interaction_date=local_dates(frame["occurred_at"].to_numpy(), time_zone))
    keys = ["contact_id", "interaction_type", "interaction_date"]
    return dated.groupby(keys, as_index=False).size().rename(columns={"size": "interactions"})
