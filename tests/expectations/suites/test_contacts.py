"""Promises about contacts and activities can fail: one change breaks just the checks that speak of it."""

from __future__ import annotations

from collections.abc import Callable

from tests.expectations.breaks import ACTIVITIES, MARTS, REMADE, Break, cases
from tests.expectations.conftest import Build, broken


def contact(name: str, changes: str, where: str) -> tuple[str]:
    return (f"update {MARTS}.mart_contact_{name} set {changes} where {where}",)


ACTIVITY = (
    Break(
        "an activity lost",
        "activities_equal_staged",
        (
            f"delete from {ACTIVITIES} where interaction_type = 'consent_changed' and contact_id = 'c4'",
            REMADE,
        ),
    ),
    Break(
        "an activity of another interaction",
        "activities_equal_staged",
        (
            f"update {ACTIVITIES} set interaction_id = 'other', observation_id = 'other'"
            " where interaction_type = 'consent_changed' and contact_id = 'c4'",
            REMADE,
        ),
    ),
    Break(
        "a change of subscriptions of no message lost",
        "email_events_equal_staged",
        (
            f"delete from {ACTIVITIES} where interaction_type = 'consent_changed' and contact_id = 'c6'",
            REMADE,
        ),
    ),
    Break(
        "a visit of two websites at once",
        "activities_are_derived_once",
        (
            f"insert into {ACTIVITIES} select * replace (interaction_id || '2' as interaction_id)"
            f" from {ACTIVITIES} where interaction_id = 'a04-10w'",
            f"insert into {MARTS}.fct_website_visits select * replace (interaction_id || '2' as interaction_id)"
            f" from {MARTS}.fct_website_visits where interaction_id = 'a04-10w'",
            REMADE,
        ),
    ),
    Break(
        "a visit from nothing",
        "activities_are_derived_once",
        (
            f"update {ACTIVITIES} set observation_id = 'nothing' where interaction_id = 'a04-10w'",
            REMADE,
        ),
    ),
)

CONTACTS = (
    Break(
        "an interaction told of somebody else",
        "contact_timeline_has_every_interaction",
        (
            f"update {MARTS}.mart_contact_timeline set contact_id = 'c9'"
            " where interaction_type = 'email_sent' and contact_id = 'c2'",
        ),
        frozenset({"contact_daily_equals_timeline", "lead_timeline_has_every_interaction"}),
        "days and the first one's lead still have it",
    ),
    Break(
        "a registration lost in the timeline",
        "contact_timeline_has_every_interaction",
        (f"delete from {MARTS}.mart_contact_timeline where interaction_id = 'a03-14'",),
        frozenset({"contact_daily_equals_timeline", "contact_events_equal_timeline"}),
        "days and participations still have it",
    ),
    Break(
        "an interaction too many on a day",
        "contact_daily_equals_timeline",
        contact(
            "interactions_daily", "interactions = interactions + 1", "interaction_type = 'survey_responded'"
        ),
    ),
    Break(
        "a message of another contact",
        "contact_emails_equal_messages",
        contact("emails", "contact_id = 'c9'", "message_key = 'm0002'"),
    ),
    Break(
        "an open too many for a contact",
        "contact_email_kpis_equal_messages",
        contact("email_kpis", "opened_total = opened_total + 1", "contact_id = 'c6'"),
    ),
    Break(
        "a contact without a row",
        "contact_email_kpis_equal_messages",
        (f"delete from {MARTS}.mart_contact_email_kpis where contact_id = 'c6'",),
    ),
    Break(
        "more delivered than sent and not bounced, for a contact",
        "contact_email_kpis_add_up",
        contact("email_kpis", "delivered = delivered + 1", "contact_id = 'c6'"),
        frozenset({"contact_email_kpis_equal_messages"}),
        "the count is no longer the sum of the messages",
    ),
    Break(
        "a hard bounce for ever",
        "contact_email_kpis_add_up",
        contact("email_kpis", "suppressed_until = null", "suppression_status = 'hard_bounce'"),
    ),
    Break(
        "a visit lost in a web history",
        "contact_web_equals_timeline",
        contact("web", "visits = visits - 1", "contact_id = 'c4'"),
    ),
    Break(
        "a later cancellation left out",
        "contact_events_equal_timeline",
        contact("events", "cancelled_at = cancelled_at - interval 1 hour", "contact_id = 'c6'"),
    ),
    Break(
        "a participation twice",
        "contact_events_equal_timeline",
        (f"insert into {MARTS}.mart_contact_events select * from {MARTS}.mart_contact_events limit 1",),
    ),
    Break(
        "an answer lost",
        "contact_surveys_equal_timeline",
        (f"delete from {MARTS}.mart_contact_surveys where contact_id = 'c4'",),
    ),
    Break(
        "a submission lost",
        "contact_forms_equal_submissions",
        (f"delete from {MARTS}.mart_contact_forms where contact_id = 'c4'",),
    ),
    Break(
        "an event without its dimension row",
        "event_participations_find_their_dimensions",
        (f"delete from {MARTS}.dim_event where event_id = 'v0'",),
    ),
    Break(
        "a survey without its dimension row",
        "survey_responses_find_their_dimensions",
        (f"delete from {MARTS}.dim_survey where survey_id = 's0'",),
    ),
)


@cases(*ACTIVITY, *CONTACTS)
def test_only_the_promise_about_it_breaks(changed_build: Callable[..., Build], breach: Break) -> None:
    assert broken(changed_build(breach.change).judged()) == {breach.check, *breach.also}
