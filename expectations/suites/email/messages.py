"""Promises about `fct_email_messages`, message by message: what marts sum must add up in every row.

Belongs here: invariants 1 and 2 at message grain, and invariant 7's references. Does not belong here: the
recount from events (`recount.py`).
"""

from __future__ import annotations

from expectations.check import Check, Probe
from expectations.measures import rules_kept, totals_agree
from expectations.references import missing_members
from expectations.suites.email.counts import MESSAGES

_TABLE = "marts.fct_email_messages"
_FLAGS_WRONG = "The flags of fct_email_messages contradict each other: correct the model, then rebuild."


def _rule(name: str, promise: str) -> Check:
    return Check(name, "audit", _TABLE, promise, _FLAGS_WRONG)


UNIQUE = Check(
    name="email_messages_are_unique",
    kind="audit",
    table=_TABLE,
    promise="one row per message_key",
    if_broken="Every sum over messages is too high: a join in fct_email_messages fans out, or its"
    " incremental delete missed rows.",
)
ONE_OUTCOME = _rule(
    "email_messages_have_one_outcome",
    "a targeted message was sent, blocked or failed, just one of these, and no other message was"
    " (sent = targeted - blocked - sending_failed)",
)
BOUNCE_ONCE = _rule(
    "email_messages_bounce_in_one_way",
    "only a sent message bounces, hard, soft or other, one kind (bounced = hard + soft + other)",
)
DELIVERED = _rule(
    "email_messages_are_delivered_unless_bounced",
    "a message is delivered exactly when it was sent and did not bounce (delivered = sent - bounced)",
)
STATUS = _rule(
    "email_messages_status_agrees_with_flags",
    "delivery_status names the flag that is set",
)
CONFIRMED = _rule(
    "email_messages_confirmed_are_delivered",
    "only a delivered message is delivered_confirmed",
)
UNIQUE_WITHIN_TOTAL = _rule(
    "email_messages_unique_follows_total",
    "a message was opened (clicked) exactly when it has an open (click), and no count is negative",
)
NOT_OPENED = _rule(
    "email_messages_did_not_open_is_the_rest",
    "did_not_open is set exactly on delivered messages that were not opened",
)
HUMAN = _rule(
    "email_messages_human_within_all",
    "human opens and clicks are some of all opens and clicks, and their flags follow their counts",
)
LEADS = Check(
    name="email_messages_leads_are_attributed",
    kind="audit",
    table=_TABLE,
    promise="generated_leads are the submissions attributed to the message that created a lead",
    if_broken="A message was not refreshed when an attribution came or went: rebuild with --full-refresh.",
)
FIND_DIMENSIONS = Check(
    name="email_messages_find_their_dimensions",
    kind="audit",
    table=_TABLE,
    promise="every email, journey, tile and contact of a message has its dimension row",
    if_broken="An inner join to that dimension would lose rows: the dimension model misses mentioned ids.",
)

_ROW_RULES = {
    ONE_OUTCOME: "cast(was_targeted as int)"
    " = cast(was_sent as int) + cast(was_blocked as int) + cast(was_sending_failed as int)",
    BOUNCE_ONCE: "cast(was_bounced_hard as int) + cast(was_bounced_soft as int)"
    " + cast(was_bounced_other as int) = cast(was_bounced as int)"
    " and (was_sent or not was_bounced)",
    DELIVERED: "was_delivered = (was_sent and not was_bounced)",
    STATUS: "case delivery_status when 'blocked' then was_blocked"
    " when 'sending_failed' then was_sending_failed"
    " when 'bounced_hard' then was_bounced_hard when 'bounced_soft' then was_bounced_soft"
    " when 'bounced_other' then was_bounced_other when 'delivered' then was_delivered else false end",
    CONFIRMED: "was_delivered or not was_delivered_confirmed",
    UNIQUE_WITHIN_TOTAL: "was_opened = (opened_total > 0) and was_clicked = (clicked_total > 0)"
    " and least(opened_total, clicked_total, forwarded, generated_leads) >= 0",
    NOT_OPENED: "did_not_open = (was_delivered and not was_opened)",
    HUMAN: "opened_total_human <= opened_total and clicked_total_human <= clicked_total"
    " and least(opened_total_human, clicked_total_human) >= 0"
    " and was_opened_human = (opened_total_human > 0) and was_clicked_human = (clicked_total_human > 0)",
}

_UNIQUE_SQL = f"""
select
    '{UNIQUE.name}' as check_name,
    'rows too many of ' || count(*) as subject,
    count(*) - count(distinct message_key) as observed,
    0 as at_least,
    0 as at_most,
    null as examples
from {MESSAGES}
"""

_ATTRIBUTIONS = "work.intermediate.int_submission_attributions"
_LEADS_SQL = totals_agree(
    LEADS.name,
    keys=("message_key",),
    counts={"generated_leads": ("sum(generated_leads)", "count(*)")},
    here=("fct_email_messages", f"(select * from {MESSAGES} where generated_leads <> 0)"),
    there=("int_submission_attributions", f"(select * from {_ATTRIBUTIONS} where has_created_lead)"),
)

PROBES = (
    Probe((UNIQUE,), (MESSAGES,), _UNIQUE_SQL),
    Probe(
        tuple(_ROW_RULES),
        (MESSAGES,),
        rules_kept(
            MESSAGES,
            key="message_key",
            noun="messages break it",
            rules={check.name: rule for check, rule in _ROW_RULES.items()},
        ),
    ),
    Probe((LEADS,), (MESSAGES, _ATTRIBUTIONS), _LEADS_SQL),
    missing_members(FIND_DIMENSIONS, MESSAGES),
)
