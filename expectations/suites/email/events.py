"""Promises about `fct_email_events`: what was staged is there once, and finds its dimensions.

Belongs here: invariant 1's event counts and invariant 7's references for events. Does not belong here: what
events say about their message (`recount.py`).
"""

from __future__ import annotations

from expectations.check import Check, Probe
from expectations.references import missing_members
from expectations.suites.email.counts import EVENTS

STAGED = "work.intermediate.int_interactions"
WITHDRAWN = "work.intermediate.int_withdrawn_deliveries"
ACTIVITIES = "work.intermediate.int_activities"
#: Staged changes of subscriptions that are told as an activity of the contact, since they concern no message.
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

EQUAL_STAGED = Check(
    name="email_events_equal_staged",
    kind="audit",
    table="marts.fct_email_events",
    promise="per feed and type, the events are exactly the staged e-mail interactions, each once; one name of"
    " two for a fact (a shadow) counts only where its message has no plain twin, a change of"
    " subscriptions only where it concerns a message",
    if_broken="Events were lost or doubled between int_interactions and fct_email_events: rebuild with"
    " --full-refresh; if it stays, the incremental selection of the model is wrong.",
)
FIND_DIMENSIONS = Check(
    name="email_events_find_their_dimensions",
    kind="audit",
    table="marts.fct_email_events",
    promise="every email, journey, tile and contact of an event has its dimension row",
    if_broken="An inner join to that dimension would lose rows: the dimension model misses mentioned ids.",
)

# Sets are compared by size and by the exclusive-or of their hashes: one pass each, no join of all rows.
_STAGED_SQL = f"""
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
    ),
    expected as (
        select feed, interaction_type, count(*) as events, bit_xor(hash(interaction_id)) as fingerprint
        from staged
        where interaction_id not in (select interaction_id from left_out)
        group by feed, interaction_type
    ),
    found as (
        select feed, interaction_type, count(*) as events, bit_xor(hash(interaction_id)) as fingerprint
        from {EVENTS}
        group by feed, interaction_type
    ),
    compared as (
        select
            coalesce(expected.interaction_type, found.interaction_type)
            || ' of feed ' || coalesce(expected.feed, found.feed) as of_what,
            coalesce(expected.events, 0) as expected_events,
            coalesce(found.events, 0) as found_events,
            expected.fingerprint = found.fingerprint as is_same_set
        from expected
        full outer join found
            on expected.feed = found.feed and expected.interaction_type = found.interaction_type
    )
select
    '{EQUAL_STAGED.name}' as check_name, of_what as subject, found_events as observed,
    expected_events as at_least, expected_events as at_most, null as examples
from compared
union all
select
    '{EQUAL_STAGED.name}', 'groups as large as staged but of other interactions', count(*), 0, 0,
    array_to_string(min(of_what, 3), ', ')
from compared
where found_events = expected_events and not is_same_set
"""

PROBES = (
    Probe((EQUAL_STAGED,), (STAGED, EVENTS, WITHDRAWN, ACTIVITIES), _STAGED_SQL),
    missing_members(FIND_DIMENSIONS, EVENTS),
)
