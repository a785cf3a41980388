"""The web's hits, from what happens to who is known and what is credited.

Belongs here: the order in which these are found out. Does not belong here: any of the rules.
"""

from __future__ import annotations

import numpy as np

from simulator.events.crm.submissions import Planned
from simulator.events.email.correlation_ids import contacts_of_messages
from simulator.events.email.model import Events, Labels, Messages
from simulator.events.web import browsing, exported_hits, responses
from simulator.events.web.attribution import credit
from simulator.events.web.hit_log import HitLog, WebTold
from simulator.events.web.visitors import email_visitors, known_contacts, with_addresses
from simulator.world.model import World
from simulator.world.web import Web


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
