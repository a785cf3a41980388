"""Which contact is behind a web record: the one last identified on its device, else the one identified
first."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.email.correlation_ids import AddressHolders, contacts_of_messages
from simulator.events.email.model import CLICKED, Events, MessageIds, Messages
from simulator.world.feeds import FEED_NUMBER
from simulator.world.model import DAY, World
from simulator.world.random_streams import stream
from simulator.world.web import NONE, Web

Longs = NDArray[np.int64]


def with_addresses(world: World, hits: pd.DataFrame) -> pd.DataFrame:
    """Return the hits with `holder`, the contact that the record's email address belongs to, and `address`.

    Where the address belongs to different contacts around that day, the record gets the contact's id instead
    of the address.
    """
    user, addressed = hits["user"].to_numpy().copy(), hits["addressed"].to_numpy().copy()
    holder = np.full(len(hits), NONE, dtype=np.int64)
    day = (hits["at"].to_numpy() - world.begin) // DAY
    address = world.contacts.address_on(np.maximum(addressed, 0), day)
    holders = AddressHolders(world)
    for hit in np.flatnonzero(addressed >= 0).tolist():
        found = None
        if address[hit] >= 0:
            found = holders.on_all(world.addresses[address[hit]], {int(day[hit])})
        if found is None:
            user[hit], addressed[hit] = addressed[hit], NONE
        else:
            holder[hit] = found
    shown = np.where(addressed >= 0, address, NONE)
    return hits.assign(user=user, addressed=addressed, address=shown, holder=holder)


def email_visitors(
    world: World, web: Web, messages: Messages, events: Events, message_ids: MessageIds
) -> Longs:
    """Return per email event the device whose visitor id it carries, -1 none: half of the native clicks carry
    one."""
    rng = stream(world.seed, "visitors of e-mails")
    clicked = (events.type == CLICKED) & ~events.machine & (rng.random(len(events)) < 0.5)
    contact = contacts_of_messages(world, message_ids)[events.message]
    own = messages.feed[events.message] == FEED_NUMBER["interactions"]
    device = np.where(contact >= 0, web.device_of[np.maximum(contact, 0)], NONE)
    return np.where(clicked & own & (contact >= 0), device, NONE)


def known_contacts(hits: pd.DataFrame, devices: Longs, contacts: Longs, instants: Longs) -> Longs:
    """Return each hit's contact, -1 where none is ever known.

    devices, contacts, instants: identifications by email events, one element per event; device -1: none.
    """
    given = np.where(hits["user"] >= 0, hits["user"], hits["holder"])
    device, at = hits["device"].to_numpy(), hits["at"].to_numpy()
    named = (given >= 0) & (device >= 0)
    clicked = devices >= 0
    known = pd.DataFrame({
        "device": np.r_[device[named], devices[clicked]], "at": np.r_[at[named], instants[clicked]],
        "contact": np.r_[given[named], contacts[clicked]],
    })  # fmt: skip
    # Of two contacts identified at one instant the smaller number counts.
    known = known.sort_values(["device", "at", "contact"]).drop_duplicates(["device", "at"])
    if known.empty:
        return given
    start = int(min(at.min(), known["at"].min()))
    width = int(max(at.max(), known["at"].max())) - start + 2
    keys = known["device"].to_numpy() * width + known["at"].to_numpy() - start
    wanted = device * width + at - start
    last = np.searchsorted(keys, wanted, side="right") - 1
    owner, who = known["device"].to_numpy(), known["contact"].to_numpy()
    before = np.maximum(last, 0)
    after = np.minimum(last + 1, len(keys) - 1)
    found = np.where((last >= 0) & (owner[before] == device), who[before],
                     np.where(owner[after] == device, who[after], NONE))  # fmt: skip
    return np.where(given >= 0, given, np.where(device >= 0, found, NONE))
