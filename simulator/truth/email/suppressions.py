"""Which addresses are suppressed, by kpis.md: after complaints, hard bounces, and five soft bounces in a
row."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pandas.core.groupby import SeriesGroupBy

from simulator.events.email import model as kinds
from simulator.events.email.model import Events, MessageIds
from simulator.world.model import World

SOFT_BOUNCES_IN_A_ROW = 5
SUPPRESSED_FOR = pd.DateOffset(months=6)


def suppressed(world: World, events: Events, message_ids: MessageIds, as_of: date) -> pd.DataFrame:
    """Return each contact whose current address is suppressed on the as-of day, with the reason and until
    when."""
    frame = _outcomes(events, message_ids)
    suppressions: dict[Any, tuple[str, pd.Timestamp | None]] = {}
    today = pd.Timestamp(as_of, tz="UTC")
    for reason, until in (("repeated_soft", _repeated(frame).max()), ("hard_bounce", _hard(frame).max())):
        ends = pd.to_datetime(until, unit="us", utc=True) + SUPPRESSED_FOR
        suppressions |= {address: (reason, end) for address, end in ends.items() if end.normalize() > today}
    complained = frame.loc[frame["type"] == kinds.COMPLAINED, "address"]
    suppressions |= dict.fromkeys(complained, ("complaint", None))

    holders = current_addresses(world)
    rows = [
        (world.contacts.contact_id[contact], *suppressions[address])
        for contact, address in enumerate(holders)
        if address in suppressions
    ]
    return pd.DataFrame(rows, columns=["contact_id", "suppression_status", "suppressed_until"])


def first_suppressed(events: Events, message_ids: MessageIds) -> dict[str, int]:
    """Return when each address was first suppressed, in microseconds since 1970."""
    frame = _outcomes(events, message_ids)
    complained = frame[frame["type"] == kinds.COMPLAINED].groupby("address")["at"]
    firsts = pd.concat([complained.min(), _hard(frame).min(), _repeated(frame).min()])
    return firsts.groupby(level=0).min().to_dict()


def current_addresses(world: World) -> list[str | None]:
    """Return each contact's address in the newest CRM snapshot, in lower case."""
    everyone = np.arange(len(world.contacts))
    newest = world.contacts.address_on(everyone, np.full(len(everyone), world.snapshot_days[-1]))
    return [world.addresses[number].strip().lower() if number >= 0 else None for number in newest.tolist()]


def _outcomes(events: Events, message_ids: MessageIds) -> pd.DataFrame:
    """Return the complaints, bounces and deliveries of addresses."""
    counted = np.isin(events.type, (kinds.COMPLAINED, kinds.BOUNCED, kinds.DELIVERED))
    plain = np.array(
        [address.strip().lower() if address else None for address in message_ids.recipient], object
    )
    frame = pd.DataFrame({
        "address": plain[events.message[counted]], "at": events.at[counted], "type": events.type[counted],
        "hard": events.bounce[counted] == kinds.HARD,
    })  # fmt: skip
    return frame[frame["address"].notna()]


def _hard(frame: pd.DataFrame) -> SeriesGroupBy:
    """Return the hard bounces by address, in microseconds since 1970."""
    return frame[(frame["type"] == kinds.BOUNCED) & frame["hard"]].groupby("address")["at"]


def _repeated(frame: pd.DataFrame) -> SeriesGroupBy:
    """Return by address the bounces that were at least the fifth in a row without a delivery between."""
    soft = (frame["type"] == kinds.BOUNCED) & ~frame["hard"]
    outcomes = frame[soft | (frame["type"] == kinds.DELIVERED)]
    outcomes = outcomes.assign(soft=outcomes["type"] == kinds.BOUNCED).sort_values(["address", "at", "soft"])
    run = (~outcomes["soft"]).groupby(outcomes["address"]).cumsum()
    bounces = outcomes[outcomes["soft"]].assign(run=run)
    place = bounces.groupby(["address", "run"]).cumcount() + 1
    return bounces[place >= SOFT_BOUNCES_IN_A_ROW].groupby("address")["at"]
