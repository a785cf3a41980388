"""Checks that recompute messages from their events with a second query, independent of the models' SQL.

Belongs here: the columns that a message must have, given its events, written from the KPI contract (the
second query of invariant 1). Does not belong here: rules about a message's columns alone (`messages.py`).
"""

from __future__ import annotations

from expectations.check import Scope
from expectations.rules import RowsKeepRule
from expectations.suites.base import EVENTS, MESSAGES, audit
from expectations.suites.email.counts import KPIS

#: Column of a message -> SQL that recomputes it over the message's events (`e`). A message is soft-bounced if
#: no proof of arrival came after its last soft bounce; one at the same instant does not count as after it.
_RECOUNTS = {
    "was_blocked": "not_undone and blocks > 0",
    "was_sending_failed": "not_undone and blocks = 0 and failures > 0",
    "was_bounced_hard": "hard > 0",
    "was_bounced_other": "hard = 0 and other > 0",
    "was_bounced_soft": "hard = 0 and other = 0 and coalesce(last_word = 'soft', false)",
    "was_delivered": "not (not_undone and blocks + failures > 0) and hard + other = 0"
    " and coalesce(last_word = 'proof', true)",
    "was_delivered_confirmed": "hard + other = 0 and coalesce(last_word = 'proof', false)",
    **{
        kpi.flag_or_number: f"of_{name} > 0" if kpi.is_flag else f"of_{name}"
        for name, kpi in KPIS.items()
        if kpi.event
    },
    "first_event_at": "first_at",
    "first_opened_at": "first_open_at",
    "first_clicked_at": "first_click_at",
    "first_opened_human_at": "first_open_of_people_at",
    "first_clicked_human_at": "first_click_of_people_at",
}

_DIFFERING = ", ".join(
    f"case when messages.{column} is distinct from ({recount}) then '{column}' end"
    for column, recount in _RECOUNTS.items()
)

#: KPI -> SQL for its number of events, for KPIs that count events of one type.
_OF_KPIS = ", ".join(
    f"count(case when t = '{kpi.event}'"
    f"{' and not is_machine' if kpi.of_people else ''} then 1 end) as of_{name}"
    for name, kpi in KPIS.items()
    if kpi.event
)

_RECOUNT = f"""(
    with
        -- A number per event; instants in microseconds, times two, so that a tie can lean one way.
        words as (
            select
                message_key,
                interaction_type as t,
                bounce_type as b,
                is_machine,
                occurred_at,
                case
                    when interaction_type = 'email_bounced' and bounce_type = 'soft'
                    then 2 * epoch_us(occurred_at) + 1
                    when interaction_type in ('email_delivered', 'email_opened', 'email_clicked')
                    then 2 * epoch_us(occurred_at)
                end as word
            from {EVENTS}
        ),
        recounted as (
            select
                message_key,
                case when abs(max(word)) % 2 = 1 then 'soft' when max(word) is not null then 'proof' end
                as last_word,
                count(case when t = 'email_blocked' then 1 end) as blocks,
                count(case when t = 'email_sending_failed' then 1 end) as failures,
                count(case when t = 'email_bounced' or word is not null then 1 end) = 0 as not_undone,
                count(case when t = 'email_bounced' and b = 'hard' then 1 end) as hard,
                count(case when t = 'email_bounced' and b = 'other' then 1 end) as other,
                {_OF_KPIS},
                min(occurred_at) as first_at,
                min(case when t = 'email_opened' then occurred_at end) as first_open_at,
                min(case when t = 'email_clicked' then occurred_at end) as first_click_at,
                min(case when t = 'email_opened' and not is_machine then occurred_at end)
                as first_open_of_people_at,
                min(case when t = 'email_clicked' and not is_machine then occurred_at end)
                as first_click_of_people_at
            from words
            group by message_key
        )
    select
        coalesce(messages.message_key, recounted.message_key) as message_key,
        messages.message_key is not null and recounted.message_key is not null as is_on_both_sides,
        concat_ws(', ', {_DIFFERING}) as differing
    from {MESSAGES} as messages
    full outer join recounted on messages.message_key = recounted.message_key
)"""

#: SQL for messages with the ids of their events, from both sides.
_IDS = f"""(
    with
        of_events as (
            select message_key, min(ids) as least_ids, max(ids) as greatest_ids
            from (
                select message_key, hash(feed, email_id, journey_id, tile_id) as ids
                from {EVENTS}
            ) as events
            group by message_key
        )
    select
        messages.message_key,
        of_events.least_ids = of_events.greatest_ids
        and of_events.least_ids
        = hash(messages.feed, messages.email_id, messages.journey_id, messages.tile_id)
        as shares_ids
    from {MESSAGES} as messages
    inner join of_events on messages.message_key = of_events.message_key
)"""

#: A message and its events never meet those of others.
_MESSAGE = Scope(by=("message_key",))

CHECKS = (
    audit(
        "email_messages_recounted_from_events",
        "fct_email_messages",
        "each message's outcome, counts and first instants are those that a second query gets from its events"
        " in fct_email_events",
        RowsKeepRule(
            _RECOUNT,
            "is_on_both_sides and differing = ''",
            key="message_key || case when not is_on_both_sides then ' (in one of the two tables only)'"
            " else ' (' || differing || ')' end",
            noun="messages differ",
        ),
        if_broken="Messages and events no longer tell the same story: an incremental build missed a touched"
        " message (rebuild with --full-refresh), or the rule of the named column is wrong.",
        scope=_MESSAGE,
    ),
    audit(
        "email_events_share_their_messages_ids",
        "fct_email_events",
        "the events of a message carry its feed, email, journey and tile",
        RowsKeepRule(_IDS, "shares_ids", key="message_key", noun="messages differ"),
        if_broken="Marts that count events and marts that count messages would disagree: look at how"
        " fct_email_messages takes its ids from events.",
        scope=_MESSAGE,
    ),
)
