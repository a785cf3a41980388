"""The truth about emails as two frames: one row per message with its KPIs, one row per event with its
dimensions."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.email import model as kinds
from simulator.events.email.model import BOUNCE_TYPES, TYPES, UNKNOWN, Delivery, Events, MessageIds, Messages
from simulator.truth.email.kpis import COUNTS
from simulator.truth.geography import places
from simulator.truth.rows import NO_TIME, local_dates
from simulator.world.catalogue import AGENTS, CRAWLER, CRAWLERS
from simulator.world.feeds import FEEDS
from simulator.world.model import World

Longs = NDArray[np.int64]


def message_frame(
    world: World,
    messages: Messages,
    events: Events,
    message_ids: MessageIds,
    leads: NDArray[np.int64],
    time_zone: str,
) -> pd.DataFrame:
    """Return one row per message that has an event, with every count of kpis.md.

    leads: new leads per message. time_zone: an IANA name, for dates.
    """
    count = len(messages)

    def number(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(events.message[mask], minlength=count)

    def first(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        times = np.full(count, NO_TIME, dtype=np.int64)
        np.minimum.at(times, events.message[mask], events.at[mask])
        return times

    is_a = {kind: events.type == kind for kind in range(len(TYPES))}
    seen = {kind: number(mask) for kind, mask in is_a.items()}
    opens, clicks = seen[kinds.OPENED], seen[kinds.CLICKED]
    human = ~events.machine
    human_opens = number(is_a[kinds.OPENED] & human)
    human_clicks = number(is_a[kinds.CLICKED] & human)

    hard = number(events.bounce == kinds.HARD) > 0
    other = (number(events.bounce == kinds.OTHER) > 0) & ~hard
    reached = (seen[kinds.DELIVERED] > 0) | (opens > 0) | (clicks > 0)
    # Only this delivery goes on after its soft bounce.
    delivered_later = (messages.outcome == Delivery.SOFT_THEN_DELIVERED) & reached
    soft = (number(events.bounce == kinds.SOFT) > 0) & ~delivered_later & ~hard & ~other
    blocked = seen[kinds.BLOCKED] > 0
    failed = seen[kinds.FAILED] > 0
    sent = ~blocked & ~failed
    bounced = hard | soft | other
    delivered = sent & ~bounced
    sent_at = first(is_a[kinds.SENT])
    sent_at = np.where(sent_at < NO_TIME, sent_at, first(events.at >= 0))
    started = first(is_a[kinds.SENT] | is_a[kinds.BLOCKED] | is_a[kinds.FAILED])
    started = np.where(started < NO_TIME, started, first(events.at >= 0))

    frame = pd.DataFrame({
        "message": np.arange(count), "feed": messages.feed, "email": messages.email,
        "email_id": message_ids.email_id, "journey_id": message_ids.journey_id,
        "tile_id": message_ids.tile_id,
        "contact_id": message_ids.contact_id, "iteration_id": message_ids.iteration_id,
        "recipient_domain": [_domain(address) for address in message_ids.recipient],
        "sent_at": np.where(sent, sent_at, NO_TIME), "send_date": local_dates(started, time_zone),
        "targeted": 1, "blocked": blocked, "sending_failed": failed, "sent": sent,
        "bounced_hard": hard, "bounced_soft": soft, "bounced_other": other, "bounced_total": bounced,
        "delivered": delivered, "delivered_confirmed": delivered & reached,
        "opened_total": opens, "opened_unique": opens > 0, "did_not_open": delivered & (opens == 0),
        "clicked_total": clicks, "clicked_unique": clicks > 0, "forwarded": seen[kinds.FORWARDED],
        "feedback_loops": seen[kinds.COMPLAINED] > 0, "unsubscribed": seen[kinds.UNSUBSCRIBED] > 0,
        "subscription_submitted": seen[kinds.SUBMITTED] > 0, "generated_leads": leads,
        "opened_unique_human": human_opens > 0, "clicked_unique_human": human_clicks > 0,
        "opened_total_human": human_opens, "clicked_total_human": human_clicks,
        "first_opened_at": first(is_a[kinds.OPENED]), "first_clicked_at": first(is_a[kinds.CLICKED]),
    })  # fmt: skip
    frame[list(COUNTS)] = frame[list(COUNTS)].astype(np.int64)
    frame["delivery_status"] = np.select(
        [blocked, failed, hard, soft, other],
        ["blocked", "sending_failed", "bounced_hard", "bounced_soft", "bounced_other"],
        "delivered",
    )
    reasons = _event_reasons(messages, events)
    frame["reason"] = _reasons(messages, events, reasons, frame["delivery_status"].to_numpy())
    return frame[number(events.at >= 0) > 0]


def event_frame(world: World, messages: Messages, events: Events, by_message: pd.DataFrame) -> pd.DataFrame:
    """Return one row per event, with its message's ids and its own dimensions."""
    known = by_message.set_index("message").loc[events.message]
    columns = ["message", "email", "email_id", "journey_id", "contact_id", "send_date", "feed"]
    frame = known.reset_index()[columns]
    frame["interaction_type"] = np.array(TYPES, dtype=object)[events.type]
    frame["occurred_at"] = events.at
    frame["is_machine"] = events.machine
    frame["variant"] = events.variant
    frame["reason"] = _event_reasons(messages, events)
    where = places(events.geography, events.place, events.ip)
    return frame.assign(**_links(world, events, frame), **where, **_agents(events))


def _domain(address: str | None) -> str:
    return address.strip().lower().rpartition("@")[2] if address else UNKNOWN


def _event_reasons(messages: Messages, events: Events) -> NDArray[np.object_]:
    """Return the reason that each block, failure and bounce gives; for a block the contract's word."""
    words = {kinds.BLOCKED: "blocked", kinds.FAILED: "failed"}
    reasons = np.full(len(events), None, dtype=object)
    for event in np.flatnonzero(np.isin(events.type, (kinds.BLOCKED, kinds.FAILED, kinds.BOUNCED))).tolist():
        word = words.get(int(events.type[event])) or BOUNCE_TYPES[events.bounce[event]]
        refusal = FEEDS[messages.feed[events.message[event]]].refusal(word, int(events.variant[event]))
        reasons[event] = refusal.canonical or refusal.reason or None
    return reasons


def _reasons(
    messages: Messages, events: Events, given: NDArray[np.object_], status: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Return each message's reason: that of the event which decides its status."""
    reasons = np.full(len(messages), None, dtype=object)
    deciding = {
        "blocked": events.type == kinds.BLOCKED, "sending_failed": events.type == kinds.FAILED,
        **{f"bounced_{name}": events.bounce == number for number, name in enumerate(BOUNCE_TYPES)},
    }  # fmt: skip
    for kind, mask in deciding.items():
        which = np.flatnonzero(mask & (status[events.message] == kind))
        reasons[events.message[which]] = given[which]
    return reasons


def _links(world: World, events: Events, frame: pd.DataFrame) -> dict[str, NDArray[np.object_]]:
    """Return URL and name of the clicked link: `unknown` for a click without a URL, None for other events."""
    urls = np.full(len(events), None, dtype=object)
    names = np.full(len(events), None, dtype=object)
    emails, feeds = frame["email"].to_numpy(), frame["feed"].to_numpy()
    for event in np.flatnonzero(events.type == kinds.CLICKED).tolist():
        link = int(events.link[event])
        urls[event] = UNKNOWN
        if link >= 0:
            clicked = world.emails[emails[event]].links[link]
            urls[event] = clicked.url
            if FEEDS[feeds[event]].gives_link_name:
                names[event] = clicked.name_in_click(int(events.variant[event]))
    return {"link_url": urls, "link_name": names}


def _agents(events: Events) -> dict[str, NDArray[np.object_]]:
    table = (*AGENTS, *CRAWLERS)
    row = np.where(events.agent >= CRAWLER, events.agent - CRAWLER + len(AGENTS), events.agent)
    return {
        field: np.array([*(getattr(agent, field) for agent in table), UNKNOWN], dtype=object)[row]
        for field in ("device", "client", "operating_system")
    }
