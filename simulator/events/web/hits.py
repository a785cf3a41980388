"""The web's hits, from what happens to who is known and what is credited.

Belongs here: the order in which these are found out. Does not belong here: any of the rules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.crm.submissions import Planned
from simulator.events.email.correlation_ids import Labels
from simulator.events.email.event_log import Events
from simulator.events.email.messages import Messages
from simulator.events.web import browsing, exported_hits, responses
from simulator.events.web.attribution import credit
from simulator.events.web.hit_log import HitLog
from simulator.events.web.visitors import contacts_of_messages, email_visitors, known_contacts, with_addresses
from simulator.world.web import Web
from simulator.world.world import World


@dataclass(frozen=True)
class WebTold:
    """hits: a row per record, with `contact`, -1 where nobody is known, and `credited`, a message's number.
    email_devices: per e-mail event the device whose visitor id it carries, -1 for none."""

    hits: pd.DataFrame
    email_devices: NDArray[np.int64]

    @property
    def submitted(self) -> pd.DataFrame:
        """The first hit of each submission, by time."""
        hits = self.hits[self.hits["kind"] == "form_submitted"].sort_values(["at", "number"])
        key = hits["submission_id"].where(hits["submission_id"].notna(), hits["number"])
        return hits[~key.duplicated()]


def tell_web(
    world: World,
    web: Web,
    messages: Messages,
    events: Events,
    labels: Labels,
    planned: list[Planned],
    faults: frozenset[str],
) -> WebTold:
    """Everything that is seen of the web before the world ends."""
    log = HitLog(world)
    browsing.browse(log, world, web, faults)
    responses.answer(log, world, web, planned, faults)
    exported_hits.tell_exported(log, world, web, faults)
    hits = with_addresses(world, log.seen("late" in faults))
    devices = email_visitors(world, web, messages, events, labels)
    contacts = contacts_of_messages(world, labels)[events.message]
    hits["contact"] = known_contacts(hits, devices, contacts, events.at)
    # Nobody makes a lead of a person who stays unknown.
    unknown = (hits["contact"] < 0) & (hits["lead_result"] == "created")
    hits.loc[unknown, "lead_result"] = "none"
    hits.loc[unknown, "lead"] = -1
    submitted = (hits["kind"] == "form_submitted").to_numpy()
    credited = np.full(len(hits), -1, dtype=np.int64)
    credited[submitted] = credit(world, messages, events, labels, hits[submitted])
    return WebTold(hits.assign(credited=credited), devices)
