"""Draws all web hits, then finds out who is behind each hit and which message each submission is credited
to."""

from __future__ import annotations

import numpy as np

from simulator.events.crm.submissions import PlannedSubmission
from simulator.events.email.correlation_ids import contacts_of_messages
from simulator.events.email.model import Events, MessageIds, Messages
from simulator.events.web import browsing, exported_hits, responses
from simulator.events.web.attribution import credit
from simulator.events.web.hit_log import HitLog, WebHits
from simulator.events.web.visitors import email_visitors, known_contacts, with_addresses
from simulator.world.model import World
from simulator.world.web import Web


def draw_web_hits(
    world: World,
    web: Web,
    messages: Messages,
    events: Events,
    message_ids: MessageIds,
    planned: list[PlannedSubmission],
    faults: frozenset[str],
) -> WebHits:
    """Draw the web hits that arrive before the world ends."""
    log = HitLog(world)
    browsing.log_browsing(log, world, web, faults)
    responses.log_responses(log, world, web, planned, faults)
    exported_hits.log_exported_hits(log, world, web, faults)
    readers = contacts_of_messages(world, message_ids)[events.message]
    responses.log_orders_of_readers(log, world, events, readers)
    hits = with_addresses(world, log.arrived("late" in faults))
    devices = email_visitors(world, web, messages, events, message_ids)
    hits["contact"] = known_contacts(hits, devices, readers, events.at)
    # A submission of an unknown person creates no lead.
    unknown = (hits["contact"] < 0) & (hits["lead_result"] == "created")
    hits.loc[unknown, "lead_result"] = "none"
    hits.loc[unknown, "lead"] = -1
    submitted = (hits["kind"] == "form_submitted").to_numpy()
    credited = np.full(len(hits), -1, dtype=np.int64)
    credited[submitted] = credit(world, messages, events, message_ids, hits[submitted])
    return WebHits(hits.assign(credited=credited), devices)
