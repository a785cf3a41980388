"""Promises about `fct_email_events`: every staged event is in it once and has its dimension rows.

Belongs here: invariant 1's event counts and invariant 7's references for events. Does not belong here: what
events say about their message (`recount.py`).
"""

from __future__ import annotations

from expectations.check import Scope
from expectations.rules import TotalsAgree, table
from expectations.suites.base import ACTIVITIES, EVENTS, STAGED, audit, finds_dimensions

WITHDRAWN = "work.intermediate.int_withdrawn_deliveries"

#: Dimension -> the columns that an e-mail fact and the dimension share.
DIMENSIONS = {
    "dim_email": ("email_id",),
    "dim_journey": ("journey_id",),
    "dim_journey_tile": ("journey_id", "tile_id"),
    "dim_contact": ("contact_id",),
}

#: Counts that are equal if both sides have the same interactions: the size of each set, and the exclusive-or
#: of its ids' hashes. That takes one pass per side and no join of all rows.
SAME_SET = {
    "interactions": ("count(*)", "count(*)"),
    "which interactions they are": ("bit_xor(hash(interaction_id)) % 1000000007",) * 2,
}

#: Staged subscription changes that concern no message: they become an activity of the contact.
OF_NO_MESSAGE = f"""
    select observation_id
    from {ACTIVITIES}
    where interaction_type = 'consent_changed'
        and observation_id in (
            select interaction_id
            from {STAGED}
            where interaction_type in ('email_unsubscribed', 'email_subscription_submitted')
                and message_key is null
        )
"""

#: The staged interactions that `fct_email_events` should have.
_COUNTED = f"""(
    with
        -- Read more than once, a few columns at a time: cheaper than keeping it.
        staged as not materialized (
            select interaction_id, feed, interaction_type, message_key, source_event, shadow_of
            from {STAGED}
            where interaction_type like 'email\\_%' escape '\\'
                and interaction_id not in (select interaction_id from {WITHDRAWN})
                and interaction_id not in ({OF_NO_MESSAGE})
        ),
        suspects as (
            select interaction_id, message_key, source_event, shadow_of
            from staged
            where shadow_of is not null
                or source_event in (select shadow_of from staged where shadow_of is not null)
        ),
        -- Messages as the fact sees them: a twin without a message id of its own was matched there.
        counted as (
            select suspects.interaction_id, suspects.source_event, suspects.shadow_of, events.message_key
            from {EVENTS} as events
            inner join suspects on events.interaction_id = suspects.interaction_id
        ),
        twins as (select distinct message_key, source_event from counted where shadow_of is null),
        shadows as (
            select interaction_id, message_key, shadow_of from counted where shadow_of is not null
            union all
            select interaction_id, message_key, shadow_of
            from suspects
            where shadow_of is not null and interaction_id not in (select interaction_id from counted)
        ),
        -- A shadow that is not counted and has no message id cannot be judged here.
        left_out as (
            select shadows.interaction_id
            from shadows
            left join twins
                on shadows.message_key = twins.message_key and shadows.shadow_of = twins.source_event
            where twins.message_key is not null or shadows.message_key is null
        )
    select interaction_id, feed, interaction_type
    from staged
    where interaction_id not in (select interaction_id from left_out)
)"""

#: Sets are equal if each interaction is in both or in none. Whether a shadow counts, and whether a delivery
#: is withdrawn, depends on the other interactions of its message, so all of a touched message are asked.
_TOUCHED_MESSAGES = (
    "(select message_key from {int_interactions} union select message_key from {fct_email_events}"
    " union select message_key from {int_unkeyed_message_keys})"
)
_INTERACTION = Scope(
    by=("interaction_id",),
    named={ACTIVITIES: ("observation_id",)},
    whole=(WITHDRAWN,),
    also=tuple(
        f"select interaction_id from {relation} where message_key in {_TOUCHED_MESSAGES}"
        for relation in (STAGED, EVENTS)
    ),
)

CHECKS = (
    audit(
        "email_events_equal_staged",
        "fct_email_events",
        "per feed and type, the events are exactly the staged e-mail interactions, each once; one name of two"
        " for a fact (a shadow) counts only where its message has no plain twin, a change of subscriptions"
        " only where it concerns a message",
        TotalsAgree(
            table(EVENTS),
            ("staged interactions", _COUNTED),
            per=("feed", "interaction_type"),
            counts=SAME_SET,
        ),
        if_broken="Events were lost or doubled between int_interactions and fct_email_events: rebuild with"
        " --full-refresh; if it stays, the incremental selection of the model is wrong.",
        scope=_INTERACTION,
    ),
    finds_dimensions(
        "email_events_find_their_dimensions",
        "fct_email_events",
        "every email, journey, tile and contact of an event has its dimension row",
        DIMENSIONS,
    ),
)
