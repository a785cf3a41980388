"""Which addresses are suppressed, by kpis.md: after complaints, hard bounces, and five soft bounces in a
row."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from simulator.events.email import model as kinds
from simulator.events.email.model import Events, MessageIds
from simulator.world.model import World

SOFT_BOUNCES_IN_A_ROW = 5
SUPPRESSED_FOR = pd.DateOffset(months=6)


def suppressed(world: World, events: Events, message_ids: MessageIds, as_of: date) -> pd.DataFrame:
    """Return each contact whose current address is suppressed on the as-of day, with the reason and until
    when."""
    counted = np.isin(events.type, (kinds.COMPLAINED, kinds.BOUNCED, kinds.DELIVERED))
    plain = np.array(
        [address.strip().lower() if address else None for address in message_ids.recipient], object
    )
    frame = pd.DataFrame({
        "address": plain[events.message[counted]], "at": events.at[counted], "type": events.type[counted],
        "hard": events.bounce[counted] == kinds.HARD,
    })  # fmt: skip
    frame = frame[frame["address"].notna()]
    suppressions: dict[Any, tuple[str, pd.Timestamp | None]] = {}
    today = pd.Timestamp(as_of, tz="UTC")
    for reason, until in (("repeated_soft", _repeated(frame)), ("hard_bounce", _hard(frame))):
        ends = pd.to_datetime(until, unit="us", utc=True) + SUPPRESSED_FOR
        suppressions |= {address: (reason, end) for address, end in ends.items() if end.normalize() > today}
    complained = frame.loc[frame["type"] == kinds.COMPLAINED, "address"]
    suppressions |= dict.fromkeys(complained, ("complaint", None))

    everyone = np.arange(len(world.contacts))
    newest = world.contacts.address_on(everyone, np.full(len(everyone), world.snapshot_days[-1]))
    rows = []
    for contact, number in enumerate(newest.tolist()):
        found = suppressions.get(world.addresses[number].strip().lower()) if number >= 0 else None
        if found:
            rows.append((world.contacts.contact_id[contact], *found))
    return pd.DataFrame(rows, columns=["contact_id", "suppression_status", "suppressed_until"])


def _hard(frame: pd.DataFrame) -> pd.Series:
    """Return the last hard bounce per address, in microseconds since 1970."""
    return frame[(frame["type"] == kinds.BOUNCED) & frame["hard"]].groupby("address")["at"].max()


def _repeated(frame: pd.DataFrame) -> pd.Series:
    """Return per address the last bounce that was at least the fifth in a row without a delivery between."""
    soft = (frame["type"] == kinds.BOUNCED) & ~frame["hard"]
    outcomes = frame[soft | (frame["type"] == kinds.DELIVERED)]
    outcomes = outcomes.assign(soft=outcomes["type"] == kinds.BOUNCED).sort_values(["address", "at", "soft"])
    run = (~outcomes["soft"]).groupby(outcomes["address"]).cumsum()
    bounces = outcomes[outcomes["soft"]].assign(run=run)
    place = bounces.groupby(["address", "run"]).cumcount() + 1
    return bounces[place >= SOFT_BOUNCES_IN_A_ROW].groupby("address")["at"].max()
