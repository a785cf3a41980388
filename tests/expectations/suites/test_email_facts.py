"""Promises about messages and events can fail: one change breaks just the checks that speak of it."""

from __future__ import annotations

from collections.abc import Callable

from tests.expectations.breaks import (
    EVENTS,
    MARTS,
    MESSAGES,
    RECOUNTED,
    REMADE,
    SUMS,
    WITHDRAWN,
    Break,
    cases,
)
from tests.expectations.conftest import Build, broken

BOUNDS = "email_daily_stays_within_bounds"


def message(key: str, changes: str) -> str:
    return f"update {MESSAGES} set {changes} where message_key = '{key}'"


def event(key: str, changes: str) -> str:
    return f"update {EVENTS} set {changes} where interaction_id = '{key}'"


def one_more_event(copied: str, interaction_id: str) -> str:
    return (
        f"insert into {EVENTS} select * replace ('{interaction_id}' as interaction_id)"
        f" from {EVENTS} where interaction_id = '{copied}'"
    )


FLAGS = (
    Break(
        "a message twice",
        "email_messages_are_unique",
        (f"insert into {MESSAGES} select * from {MESSAGES} where message_key = 'm0005'", REMADE),
        frozenset({"email_recipients_equal_messages", "contact_emails_equal_messages"}),
        "the recipients list and a contact's messages have one row per message",
    ),
    Break(
        "sent and blocked at once",
        "email_messages_have_one_outcome",
        (message("m0000", "was_sent = true"), REMADE),
        SUMS | {"email_messages_are_delivered_unless_bounced"},
        "sent is in every equation, and a row that contradicts itself breaks the sums it goes into",
    ),
    Break(
        "sent but not targeted",
        "email_messages_have_one_outcome",
        (message("m0005", "was_targeted = false"), REMADE),
        SUMS,
        "a row that contradicts itself breaks the sums it goes into",
    ),
    Break(
        "two kinds of bounce",
        "email_messages_bounce_in_one_way",
        (message("m0002", "was_bounced_other = true"), REMADE),
        SUMS | {RECOUNTED},
        "it breaks the sums it goes into, and the kind is recounted",
    ),
    Break(
        "a bounce without a kind, by a null",
        "email_messages_bounce_in_one_way",
        (message("m0002", "was_bounced_hard = null"), REMADE),
        SUMS | {RECOUNTED, "email_messages_status_agrees_with_flags"},
        "a null keeps no promise that reads the flag",
    ),
    Break(
        "delivered and bounced",
        "email_messages_are_delivered_unless_bounced",
        (message("m0004", "was_delivered = true, did_not_open = true"), REMADE),
        SUMS | {RECOUNTED},
        "it breaks the sums it goes into, and delivered is recounted",
    ),
    Break(
        "a status of another bounce",
        "email_messages_status_agrees_with_flags",
        (message("m0004", "delivery_status = 'bounced_soft'"), REMADE),
    ),
    Break(
        "a status nobody knows",
        "email_messages_status_agrees_with_flags",
        (message("m0004", "delivery_status = 'lost'"), REMADE),
    ),
    Break(
        "a bounced message confirmed",
        "email_messages_confirmed_are_delivered",
        (message("m0004", "was_delivered_confirmed = true"), REMADE),
        frozenset({RECOUNTED, BOUNDS}),
        "confirmed is recounted, and its cell has fewer delivered",
    ),
    Break(
        "opened without an open",
        "email_messages_unique_follows_total",
        (message("m0005", "was_opened = true, did_not_open = false"), REMADE),
        frozenset({BOUNDS}),
        "its cell has fewer opens than opened messages",
    ),
    Break(
        "neither opened nor in the rest",
        "email_messages_did_not_open_is_the_rest",
        (message("m0005", "did_not_open = false"), REMADE),
        frozenset({BOUNDS}),
        "its cell has fewer opened messages than delivered ones outside the rest",
    ),
    Break(
        "more human opens than opens",
        "email_messages_human_within_all",
        (message("m0006", "opened_total_human = 3"), REMADE),
        frozenset({RECOUNTED, "email_hours_equal_daily"}),
        "human opens are recounted, and counted by the hour",
    ),
    Break(
        "human clicks without the flag",
        "email_messages_human_within_all",
        (message("m0006", "was_clicked_human = false"), REMADE),
    ),
    Break(
        "a lead nobody submitted",
        "email_messages_leads_are_attributed",
        (message("m0016", "generated_leads = 2"), REMADE),
    ),
    Break(
        "a lead that was lost",
        "email_messages_leads_are_attributed",
        ("insert into work.intermediate.int_submission_attributions values ('another', 'm0016', true)",),
    ),
)

RECOUNTS = (
    Break(
        "a hard bounce taken for soft",
        RECOUNTED,
        (
            message(
                "m0002",
                "was_bounced_hard = false, was_bounced_soft = true, delivery_status = 'bounced_soft'",
            ),
            REMADE,
        ),
    ),
    Break(
        "a soft bounce that outlives the delivery after it",
        RECOUNTED,
        (
            message(
                "m0005",
                "was_bounced_soft = true, was_bounced = true, was_delivered = false, did_not_open = false,"
                " was_delivered_confirmed = false, delivery_status = 'bounced_soft'",
            ),
            REMADE,
        ),
    ),
    Break(
        "a block called a failure",
        RECOUNTED,
        (
            message(
                "m0000",
                "was_blocked = false, was_sending_failed = true, delivery_status = 'sending_failed'",
            ),
            REMADE,
        ),
    ),
    Break("a forward lost", RECOUNTED, (message("m0008", "forwarded = 0"), REMADE)),
    Break("a complaint lost", RECOUNTED, (message("m0008", "was_feedback_loop = false"), REMADE)),
    Break("an unsubscription made up", RECOUNTED, (message("m0008", "was_unsubscribed = true"), REMADE)),
    Break("a submission made up", RECOUNTED, (message("m0008", "was_subscription_submitted = true"), REMADE)),
    Break(
        "a first open that is not the first",
        RECOUNTED,
        (message("m0006", "first_opened_at = first_opened_at + interval 1 second"), REMADE),
    ),
    Break(
        "a message lost",
        RECOUNTED,
        (f"delete from {MESSAGES} where message_key = 'm0000'", REMADE),
    ),
    Break(
        "a message without events",
        RECOUNTED,
        (
            f"insert into {MESSAGES} select * replace ('ghost' as message_key)"
            f" from {MESSAGES} where message_key = 'm0005'",
            REMADE,
        ),
    ),
)

STAGED = (
    Break(
        "events lost, and their message with them",
        "email_events_equal_staged",
        (
            f"delete from {EVENTS} where message_key = 'm0001'",
            f"delete from {MESSAGES} where message_key = 'm0001'",
            REMADE,
        ),
    ),
    Break(
        "an event in the place of another",
        "email_events_equal_staged",
        (event("m0002-0", "interaction_id = 'other'"), REMADE),
    ),
    Break("an event made up", "email_events_equal_staged", (one_more_event("m0002-0", "other"), REMADE)),
    Break("an event twice", "email_events_equal_staged", (one_more_event("m0002-0", "m0002-0"), REMADE)),
    Break(
        "a delivery counted though it was taken back",
        "email_events_equal_staged",
        (f"insert into {WITHDRAWN} values ('m0005-2')",),
    ),
    Break(
        "a shadow counted beside its twin",
        "email_events_equal_staged",
        (one_more_event("s0-1", "s0-2"), REMADE),
        frozenset({RECOUNTED, "email_hours_equal_daily", "books_trace_every_interaction"}),
        "the message has one open, its events two, and the books have its record as a duplicate",
    ),
    Break(
        "a shadow without a twin left out",
        "email_events_equal_staged",
        (
            f"delete from {EVENTS} where interaction_id = 's1-1'",
            f"delete from {MESSAGES} where message_key = 's1'",
            REMADE,
        ),
        frozenset({"books_trace_every_interaction"}),
        "the books have its record as landed",
    ),
    Break(
        "an event of another journey",
        "email_events_share_their_messages_ids",
        (event("m0002-0", "journey_id = 'j1'"), REMADE),
    ),
    Break(
        "an event of another tile",
        "email_events_share_their_messages_ids",
        (event("m0002-0", "tile_id = 't0'"), REMADE),
    ),
    Break(
        "an event of another feed",
        "email_events_share_their_messages_ids",
        (event("m0002-0", "feed = 'shadowy'"), REMADE),
        frozenset({"email_events_equal_staged"}),
        "what was staged is counted per feed",
    ),
)

BOTH_FACTS = "messages and events name the same member"

REFERENCES = (
    Break(
        "an email without its row",
        "email_messages_find_their_dimensions",
        (f"delete from {MARTS}.dim_email where email_id = 'e1'",),
        frozenset({"email_events_find_their_dimensions"}),
        BOTH_FACTS,
    ),
    Break(
        "a journey without its row",
        "email_messages_find_their_dimensions",
        (f"delete from {MARTS}.dim_journey where journey_id = 'j1'",),
        frozenset({"email_events_find_their_dimensions"}),
        BOTH_FACTS,
    ),
    Break(
        "a tile without its row in this journey",
        "email_messages_find_their_dimensions",
        (f"delete from {MARTS}.dim_journey_tile where journey_id = 'j1' and tile_id = 't2'",),
        frozenset({"email_events_find_their_dimensions"}),
        BOTH_FACTS,
    ),
    Break(
        "a message of nobody",
        "email_messages_find_their_dimensions",
        (message("m0005", "contact_id = 'nobody'"), REMADE),
    ),
    Break(
        "an event of no contact at all",
        "email_events_find_their_dimensions",
        (event("m0005-1", "contact_id = null"), REMADE),
    ),
)


@cases(*FLAGS, *RECOUNTS, *STAGED, *REFERENCES)
def test_only_the_promise_about_it_breaks(changed_build: Callable[..., Build], breach: Break) -> None:
    assert broken(changed_build(breach.change).judged()) == {breach.check, *breach.also}


def test_a_bounce_at_the_instant_of_the_delivery_is_not_followed_by_it(
    changed_build: Callable[..., Build],
) -> None:
    at = "timestamptz '2026-01-01 09:00:00+00'"
    soft = (
        "was_bounced_soft = true, was_bounced = true, was_delivered = false, did_not_open = false,"
        " was_delivered_confirmed = false, delivery_status = 'bounced_soft'"
    )
    at_once = [event("m0005-1", f"occurred_at = {at}"), event("m0005-2", f"occurred_at = {at}")]
    assert broken(changed_build([*at_once, REMADE]).judged()) == {RECOUNTED}
    assert broken(changed_build([*at_once, message("m0005", soft), REMADE]).judged()) == set()
