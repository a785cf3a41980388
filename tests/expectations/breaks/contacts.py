"""What breaks promises about contacts, their activities and their addresses."""

from __future__ import annotations

from tests.expectations.breaks.sql import ACTIVITIES, STAGED, Changes, delete, insert, update

#: A change of subscriptions that was told as such, of no message.
CONSENT = (
    "interaction_type = 'consent_changed' and observation_id in"
    f" (select interaction_id from {STAGED} where interaction_type = 'consent_changed')"
)
VISIT = "interaction_type = 'website_visited' and interaction_id <> observation_id"


def contact(name: str, changes: str, where: str = "true") -> str:
    return update(f"mart_contact_{name}", changes, where)


BREAKS: Changes = {
    "contact_growth_adds_up": {
        "a day lost": "delete from mart_contact_growth_daily where growth_date = (select max(growth_date) from mart_contact_growth_daily);",
        "more people to reach than were created": update(
            "mart_contact_growth_daily", "contacts_reachable = contacts_reachable + 1000000"
        ),
    },
    "activities_equal_staged": {
        "an activity lost": delete(ACTIVITIES, CONSENT),
        "an activity of another interaction": update(
            ACTIVITIES, "interaction_id = 'other', observation_id = 'other'", CONSENT
        ),
    },
    "activities_are_derived_once": {
        "a visit of two websites at once": insert(
            ACTIVITIES, "interaction_id || '2' as interaction_id", VISIT
        ),
        "a visit from nothing": update(ACTIVITIES, "observation_id = 'nothing'", VISIT),
    },
    "contact_timeline_has_every_interaction": {
        "an interaction told of somebody else": contact("timeline", "contact_id = 'c9'"),
        "a registration lost in the timeline": delete(
            "mart_contact_timeline", "interaction_type = 'event_registered'"
        ),
    },
    "contact_daily_equals_timeline": {
        "an interaction too many on a day": contact("interactions_daily", "interactions = interactions + 1")
    },
    "contact_emails_equal_messages": {"a message of another contact": contact("emails", "contact_id = 'c9'")},
    "contact_email_kpis_equal_messages": {
        "an open too many for a contact": contact("email_kpis", "opened_total = opened_total + 1"),
        "a contact without a row": delete("mart_contact_email_kpis", "sent > 0"),
    },
    "contact_email_kpis_add_up": {
        "more delivered than sent and not bounced": contact("email_kpis", "delivered = delivered + 1"),
        "a hard bounce for ever": contact(
            "email_kpis", "suppressed_until = null", "suppression_status = 'hard_bounce'"
        ),
    },
    "contact_engagement_equals_messages": {
        "a message too many for a contact": contact("engagement", "sent = sent + 1"),
        "a contact without engagement": delete("mart_contact_engagement", "delivered > 0"),
    },
    "contact_engagement_equals_events": {
        "an open that nobody made": contact(
            "engagement", "last_opened_at = last_opened_at + interval 1 day", "last_opened_at is not null"
        ),
    },
    "contact_engagement_windows_nest": {
        "more opens in a month than in a quarter": contact(
            "engagement", "opens_last_30_days = opens_last_90_days + 1"
        ),
        "silent after an open": contact(
            "engagement", "engagement_group = 'silent'", "last_engaged_date is not null"
        ),
    },
    "contact_cohorts_equal_engagement": {
        "a contact in no cohort": contact("cohorts", "contacts = contacts - 1", "months_since = 0"),
    },
    "contact_cohorts_hold_their_parts": {
        "more opened than there are": contact("cohorts", "contacts_opened = contacts + 1"),
    },
    "contact_web_equals_timeline": {
        "a visit lost in a web history": contact("web", "visits = visits - 1", "visits > 0")
    },
    "contact_events_equal_timeline": {
        "a later cancellation left out": contact(
            "events", "cancelled_at = cancelled_at - interval 1 hour", "cancelled_at is not null"
        ),
        "a participation twice": insert("mart_contact_events"),
    },
    "contact_surveys_equal_timeline": {
        "an answer lost": delete("mart_contact_surveys", "contact_id <> 'unknown'")
    },
    "contact_forms_equal_submissions": {"a submission lost": delete("mart_contact_forms")},
    "event_participations_find_their_dimensions": {
        "an event without its dimension row": delete(
            "dim_event", "event_id in (select event_id from fct_event_participations)"
        )
    },
    "survey_responses_find_their_dimensions": {
        "a survey without its dimension row": delete(
            "dim_survey", "survey_id in (select survey_id from fct_survey_responses)"
        )
    },
    "addresses_only_in_dim_contact": {
        "a contact's address in a text of another table": "alter table dim_email add column note varchar;"
        "update dim_email set note = 'to ' || (select min(upper(email)) from dim_contact where email like '%@%');"
    },
}
