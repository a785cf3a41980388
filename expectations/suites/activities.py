"""Promises about activities: what was staged beyond e-mail is there once, derived from what it says it is.

Belongs here: no loss and no fan-out between interactions and activities (invariant 7). Does not belong here:
e-mail events (`email/events.py`), marts over activities.
"""

from __future__ import annotations

from expectations.check import Check, Probe
from expectations.suites.email.events import ACTIVITIES, OF_NO_MESSAGE, STAGED

#: Records that are an interaction only where they match what the CRM knows.
OBSERVATIONS = "('page_viewed', 'request_logged', 'visitor_identified')"

EQUAL_STAGED = Check(
    name="activities_equal_staged",
    kind="audit",
    table="intermediate.int_activities",
    promise="per feed and type, the activities that are no derived ones are exactly the staged interactions"
    " beyond e-mail, and the changes of subscriptions that concern no message, each once",
    if_broken="Interactions were lost or doubled between int_interactions and int_activities: rebuild with"
    " --full-refresh; if it stays, a join there loses or multiplies rows.",
)
DERIVED_ONCE = Check(
    name="activities_are_derived_once",
    kind="audit",
    table="intermediate.int_activities",
    promise="an observation gives at most one activity of each type, and comes from a staged record",
    if_broken="A host, page URL or path belongs to two entities at once, or an observation went without its"
    " activities: look at int_web_addresses.",
)

# Sets are compared by size and by the exclusive-or of their hashes: one pass each, no join of all rows.
_STAGED_SQL = f"""
with
    expected as (
        select feed, interaction_type, count(*) as interactions, bit_xor(hash(interaction_id)) as fingerprint
        from (
            select interaction_id, feed, interaction_type
            from {STAGED}
            where interaction_type not like 'email\\_%' escape '\\' and interaction_type not in {OBSERVATIONS}
            union all
            select interaction_id, feed, 'consent_changed'
            from {STAGED}
            where interaction_id in ({OF_NO_MESSAGE})
        ) as staged
        group by feed, interaction_type
    ),
    found as (
        select feed, interaction_type, count(*) as interactions, bit_xor(hash(interaction_id)) as fingerprint
        from {ACTIVITIES}
        where interaction_id = observation_id
        group by feed, interaction_type
    ),
    compared as (
        select
            coalesce(expected.interaction_type, found.interaction_type)
            || ' of feed ' || coalesce(expected.feed, found.feed) as of_what,
            coalesce(expected.interactions, 0) as expected_interactions,
            coalesce(found.interactions, 0) as found_interactions,
            expected.fingerprint = found.fingerprint as is_same_set
        from expected
        full outer join found
            on expected.feed = found.feed and expected.interaction_type = found.interaction_type
    )
select
    '{EQUAL_STAGED.name}' as check_name, of_what as subject, found_interactions as observed,
    expected_interactions as at_least, expected_interactions as at_most, null as examples
from compared
union all
select
    '{EQUAL_STAGED.name}', 'groups as large as staged but of other interactions', count(*), 0, 0,
    array_to_string(min(of_what, 3), ', ')
from compared
where found_interactions = expected_interactions and not is_same_set
"""

_DERIVED_SQL = f"""
with
    derived as (
        select observation_id, interaction_type, count(*) as activities
        from {ACTIVITIES}
        where interaction_id <> observation_id
        group by observation_id, interaction_type
    ),
    observed as (select interaction_id from {STAGED} where interaction_type in {OBSERVATIONS}),
    judged as (
        select
            derived.observation_id || ' (' || derived.interaction_type || ')' as activity,
            derived.activities = 1 and observed.interaction_id is not null as is_sound
        from derived
        left join observed on derived.observation_id = observed.interaction_id
    )
select
    '{DERIVED_ONCE.name}' as check_name,
    'of ' || count(*) || ' activities are derived twice or from nothing' as subject,
    count(case when not is_sound then 1 end) as observed,
    0 as at_least,
    0 as at_most,
    array_to_string(min(case when not is_sound then activity end, 3), ', ') as examples
from judged
"""

PROBES = (
    Probe((EQUAL_STAGED,), (STAGED, ACTIVITIES), _STAGED_SQL),
    Probe((DERIVED_ONCE,), (STAGED, ACTIVITIES), _DERIVED_SQL),
)
