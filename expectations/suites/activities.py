"""Checks of activities: every staged interaction other than e-mail has its activities once, and no others
exist.

Belongs here: no loss and no fan-out between interactions and activities (invariant 7). Does not belong here:
e-mail events (`email/events.py`), marts over activities.
"""

from __future__ import annotations

from expectations.check import Scope
from expectations.rules import RowsKeepRule, TotalsAgree, table
from expectations.suites.base import ACTIVITIES, STAGED, audit
from expectations.suites.email.events import OF_NO_MESSAGE, SAME_SET

#: Types of records that are an interaction only if they match an entity of the CRM.
OBSERVATIONS = "('page_viewed', 'request_logged', 'visitor_identified')"

_STAGED_ONES = f"""(
    select interaction_id, feed, interaction_type
    from {STAGED}
    where interaction_type not like 'email\\_%' escape '\\' and interaction_type not in {OBSERVATIONS}
    union all
    select interaction_id, feed, 'consent_changed'
    from {STAGED}
    where interaction_id in ({OF_NO_MESSAGE})
)"""

_DERIVED = f"""(
    with
        derived as (
            select observation_id, interaction_type, count(*) as activities
            from {ACTIVITIES}
            where interaction_id <> observation_id
            group by observation_id, interaction_type
        ),
        observed as (select interaction_id from {STAGED} where interaction_type in {OBSERVATIONS})
    select
        derived.observation_id || ' (' || derived.interaction_type || ')' as activity,
        derived.activities,
        observed.interaction_id is not null as is_observed
    from derived
    left join observed on derived.observation_id = observed.interaction_id
)"""

#: A staged interaction and its activities never meet those of others.
_INTERACTION = Scope(by=("interaction_id",), named={ACTIVITIES: ("observation_id",)})

CHECKS = (
    audit(
        "activities_equal_staged",
        "intermediate.int_activities",
        "per feed and type, the activities that are no derived ones are exactly the staged interactions"
        " beyond e-mail, and the changes of subscriptions that concern no message, each once",
        TotalsAgree(
            table(ACTIVITIES, "interaction_id = observation_id"),
            ("staged interactions", _STAGED_ONES),
            per=("feed", "interaction_type"),
            counts=SAME_SET,
        ),
        if_broken="Interactions were lost or doubled between int_interactions and int_activities: rebuild"
        " with --full-refresh; if it stays, a join there loses or multiplies rows.",
        scope=_INTERACTION,
    ),
    audit(
        "activities_are_derived_once",
        "intermediate.int_activities",
        "an observation gives at most one activity of each type, and comes from a staged record",
        RowsKeepRule(
            _DERIVED,
            "activities = 1 and is_observed",
            key="activity",
            noun="activities are derived twice or from nothing",
        ),
        if_broken="A host, page URL or path belongs to two entities at once, or an observation went without"
        " its activities: look at int_web_addresses.",
        scope=_INTERACTION,
    ),
)
