"""The expected segment mart: members, joined and left per segment and day."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from simulator.events.crm.segments import COUNTED, JOINED, LEFT, Memberships, members_on
from simulator.truth.email.kpis import email_counts, email_rates
from simulator.truth.interactions import AllInteractions
from simulator.truth.rows import local_dates
from simulator.world.model import World


def daily(
    world: World, memberships: Memberships, events: pd.DataFrame, as_of: date, time_zone: str
) -> pd.DataFrame:
    """Return one row per segment and day, from the first day with any source to the as-of day.

    Members come from the day's CRM snapshot, else from the day's last count, else from the day before plus
    joins minus leaves.
    """
    dated = events.assign(day=local_dates(events["occurred_at"].to_numpy(), time_zone))
    segment_events = dated.groupby(["segment_id", "day", "interaction_type"]).size().to_dict()
    counts = (
        dated[dated["interaction_type"] == COUNTED]
        .sort_values("occurred_at")
        .groupby(["segment_id", "day"])["members_count"]
        .last()
        .to_dict()
    )
    crm: dict[tuple[str, str], int] = {}
    for number in world.snapshot_days:
        day = (world.start + timedelta(days=number)).isoformat()
        for segment, contacts in members_on(world, memberships, number).items():
            crm[segment, day] = len(contacts)
    firsts: dict[str, str] = {}
    for segment, day in [*crm, *zip(dated["segment_id"], dated["day"], strict=True)]:
        firsts[segment] = min(day, firsts.get(segment, day))

    rows = []
    for segment, first in sorted(firsts.items()):
        members = 0
        for on in pd.date_range(first, as_of.isoformat()).strftime("%Y-%m-%d"):
            joined = segment_events.get((segment, on, JOINED), 0)
            left = segment_events.get((segment, on, LEFT), 0)
            running = members + joined - left
            members = crm.get((segment, on), counts.get((segment, on), running))
            rows.append((segment, on, int(members), joined, left))
    columns = ["segment_id", "snapshot_date", "members", "members_joined", "members_left"]
    return pd.DataFrame(rows, columns=columns)


def email_kpis(
    world: World, memberships: Memberships, events: pd.DataFrame, messages: pd.DataFrame, time_zone: str
) -> pd.DataFrame:
    """Return e-mail counts and rates per email and segment, of messages to its members of the send date."""
    moves = events[events["contact_id"].notna() & events["interaction_type"].isin((JOINED, LEFT))]
    moves = moves.assign(day=local_dates(moves["occurred_at"].to_numpy(), time_zone))
    by_day = {
        day: of_day.sort_values("occurred_at", kind="stable")
        for day, of_day in moves.groupby("day", sort=True)
    }
    listed = {
        (world.start + timedelta(days=number)).isoformat(): members_on(world, memberships, number)
        for number in world.snapshot_days
    }
    members: dict[str, set[str]] = {segment.segment_id: set() for segment in memberships.segments}
    parts: list[pd.DataFrame] = []
    for day in sorted({*by_day, *listed, *messages["send_date"]}):
        changed = by_day.get(day, moves.iloc[:0])
        for segment, kind, contact in zip(
            changed["segment_id"], changed["interaction_type"], changed["contact_id"], strict=True
        ):
            (members[segment].add if kind == JOINED else members[segment].discard)(contact)
        # The CRM's list of a day goes before its events.
        members |= {segment: set(contacts) for segment, contacts in listed.get(day, {}).items()}
        sent = messages[messages["send_date"] == day]
        parts += [
            sent[sent["contact_id"].isin(people)].assign(segment_id=segment)
            for segment, people in members.items()
        ]
    return email_rates(email_counts(pd.concat(parts), ["email_id", "segment_id"]))


def add_segment_events(memberships: Memberships, events: pd.DataFrame, interactions: AllInteractions) -> None:
    """Add the events to the list of all interactions."""
    interactions.add(
        len(events),
        interaction_type=events["interaction_type"].to_numpy(),
        occurred_at=events["occurred_at"].to_numpy(),
        contact_id=events["contact_id"].to_numpy(),
        entity_id=events["segment_id"].to_numpy(),
    )
    interactions.name(
        "segment", {entry.segment_id: entry.name for entry in memberships.segments if entry.in_crm}
    )
