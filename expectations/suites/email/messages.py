"""Promises about `fct_email_messages`: the flags that marts sum are consistent in every row.

Belongs here: invariants 1 and 2 at message grain, and invariant 7's references. Does not belong here: the
recount from events (`recount.py`).
"""

from __future__ import annotations

from expectations.check import Check
from expectations.rules import KeysAreUnique, RowsKeepRule, TotalsAgree, table
from expectations.suites.base import MESSAGES, audit, finds_dimensions
from expectations.suites.email.events import DIMENSIONS

_FACT = "fct_email_messages"
_ATTRIBUTIONS = "work.intermediate.int_submission_attributions"


def _every_message(name: str, promise: str, rule: str) -> Check:
    return audit(
        name,
        _FACT,
        promise,
        RowsKeepRule(MESSAGES, rule, key="message_key", noun="messages break it"),
        if_broken="The flags of fct_email_messages contradict each other: correct the model, then rebuild.",
    )


CHECKS = (
    audit(
        "email_messages_are_unique",
        _FACT,
        "one row per message_key",
        KeysAreUnique(MESSAGES, key="message_key"),
        if_broken="Every sum over messages is too high: a join in fct_email_messages fans out, or its"
        " incremental delete missed rows.",
    ),
    _every_message(
        "email_messages_have_one_outcome",
        "a targeted message was sent, blocked or failed, just one of these, and no other message was"
        " (sent = targeted - blocked - sending_failed)",
        "cast(was_targeted as int)"
        " = cast(was_sent as int) + cast(was_blocked as int) + cast(was_sending_failed as int)",
    ),
    _every_message(
        "email_messages_bounce_in_one_way",
        "only a sent message bounces, hard, soft or other, one kind (bounced = hard + soft + other)",
        "cast(was_bounced_hard as int) + cast(was_bounced_soft as int)"
        " + cast(was_bounced_other as int) = cast(was_bounced as int)"
        " and (was_sent or not was_bounced)",
    ),
    _every_message(
        "email_messages_are_delivered_unless_bounced",
        "a message is delivered exactly when it was sent and did not bounce (delivered = sent - bounced)",
        "was_delivered = (was_sent and not was_bounced)",
    ),
    _every_message(
        "email_messages_status_agrees_with_flags",
        "delivery_status names the flag that is set",
        "case delivery_status when 'blocked' then was_blocked"
        " when 'sending_failed' then was_sending_failed"
        " when 'bounced_hard' then was_bounced_hard when 'bounced_soft' then was_bounced_soft"
        " when 'bounced_other' then was_bounced_other when 'delivered' then was_delivered else false end",
    ),
    _every_message(
        "email_messages_confirmed_are_delivered",
        "only a delivered message is delivered_confirmed",
        "was_delivered or not was_delivered_confirmed",
    ),
    _every_message(
        "email_messages_unique_follows_total",
        "a message was opened (clicked) exactly when it has an open (click), and no count is negative",
        "was_opened = (opened_total > 0) and was_clicked = (clicked_total > 0)"
        " and least(opened_total, clicked_total, forwarded, generated_leads) >= 0",
    ),
    _every_message(
        "email_messages_did_not_open_is_the_rest",
        "did_not_open is set exactly on delivered messages that were not opened",
        "did_not_open = (was_delivered and not was_opened)",
    ),
    _every_message(
        "email_messages_human_within_all",
        "human opens and clicks are some of all opens and clicks, and their flags follow their counts",
        "opened_total_human <= opened_total and clicked_total_human <= clicked_total"
        " and least(opened_total_human, clicked_total_human) >= 0"
        " and was_opened_human = (opened_total_human > 0) and was_clicked_human = (clicked_total_human > 0)",
    ),
    audit(
        "email_messages_leads_are_attributed",
        _FACT,
        "generated_leads are the submissions attributed to the message that created a lead",
        TotalsAgree(
            table(MESSAGES, "generated_leads <> 0"),
            table(_ATTRIBUTIONS, "has_created_lead"),
            per=("message_key",),
            counts={"generated_leads": ("sum(generated_leads)", "count(*)")},
        ),
        if_broken="A message was not refreshed when an attribution came or went: rebuild with"
        " --full-refresh.",
    ),
    finds_dimensions(
        "email_messages_find_their_dimensions",
        _FACT,
        "every email, journey, tile and contact of a message has its dimension row",
        DIMENSIONS,
    ),
)
