"""Promises about the `mart_contact_*` tables and their facts: no row of a contact is lost or doubled.

Belongs here: invariant 7 for contacts, by counting events and activities a second time. Does not belong
here: what an interaction is (`email/events.py`, `activities.py`).
"""

from __future__ import annotations

from expectations.check import Scope
from expectations.rules import RowsKeepRule, TotalsAgree, table
from expectations.suites.base import (
    ACTIVITIES,
    AS_OF,
    EVENTS,
    MARTS,
    MESSAGES,
    TIMELINE,
    WRONG_COLUMN,
    audit,
    finds_dimensions,
)
from expectations.suites.email.counts import EQUATIONS, of_counts, of_messages

_KPIS = f"{MARTS}.mart_contact_email_kpis"
_ENGAGEMENT = f"{MARTS}.mart_contact_engagement"
_COHORTS = f"{MARTS}.mart_contact_cohorts"

_INTERACTIONS_OF_CONTACTS = f"""(
    select interaction_id, contact_id, interaction_type from {EVENTS} where contact_id <> 'unknown'
    union all
    select interaction_id, contact_id, interaction_type from {ACTIVITIES} where contact_id is not null
)"""


def _in_timeline(entity: str) -> tuple[str, str]:
    """Return a side of totals: timeline rows about one type of entity, with the id named as that entity's."""
    return (
        "the timeline",
        f"(select *, entity_id as {entity}_id from {TIMELINE} where entity_type = '{entity}')",
    )


def _instant(column: str, of: str, kind: str) -> tuple[str, str]:
    """SQL for an instant on either side in microseconds, so that both compare as numbers; null becomes 0.

    column: the mart's column. of: `min` or `max`, for the first or last of several events. kind: type of
        these events.
    """
    of_events = f"{of}(case when interaction_type = '{kind}' then epoch_us(occurred_at) end)"
    return f"coalesce(sum(epoch_us({column})), 0)", f"coalesce({of_events}, 0)"


def _of_type(kind: str) -> str:
    return f"count(case when interaction_type = '{kind}' then 1 end)"


# Days without a gap up to the as-of day, and never more people to reach than were created.
_GROWTH = f"""(
    select
        *,
        sum(contacts_created) over (order by growth_date) as created,
        lead(growth_date) over (order by growth_date) as next_date
    from {MARTS}.mart_contact_growth_daily
)"""

#: What is of one contact never meets what is of others.
_CONTACT = Scope(by=("contact_id",))

CHECKS = (
    audit(
        "contact_growth_adds_up",
        "mart_contact_growth_daily",
        "a row for every day up to the as-of day, nothing negative, reachable <= created so far",
        RowsKeepRule(
            _GROWTH,
            f"coalesce(next_date, {AS_OF} + 1) = growth_date + 1 and contacts_reachable <= created"
            " and least(contacts_created, contacts_unsubscribed, contacts_suppressed, contacts_erased,"
            " contacts_reachable) >= 0",
            key="growth_date",
            noun="days break it",
        ),
    ),
    audit(
        "contact_timeline_has_every_interaction",
        "mart_contact_timeline",
        "per type, exactly the e-mail events and activities of known contacts, each once, with its contact",
        TotalsAgree(
            table(TIMELINE),
            ("events and activities", _INTERACTIONS_OF_CONTACTS),
            per=("interaction_type",),
            counts={
                "rows": ("count(*)", "count(*)"),
                "which ones": ("bit_xor(hash(interaction_id || ' of ' || contact_id)) % 1000000007",) * 2,
            },
        ),
        # Sets are equal if each interaction is in both or in none.
        scope=Scope(by=("interaction_id",)),
    ),
    audit(
        "contact_daily_equals_timeline",
        "mart_contact_interactions_daily",
        "per contact and type, the days sum to the rows of the timeline",
        TotalsAgree(
            table(f"{MARTS}.mart_contact_interactions_daily"),
            table(TIMELINE),
            per=("contact_id", "interaction_type"),
            counts={"interactions": ("sum(interactions)", "count(*)")},
        ),
    ),
    audit(
        "contact_emails_equal_messages",
        "mart_contact_emails",
        "one row per message, with its contact, status, opens and clicks",
        TotalsAgree(
            table(f"{MARTS}.mart_contact_emails"),
            table(MESSAGES),
            per=("contact_id", "delivery_status"),
            counts={
                "messages": ("count(distinct message_key)", "count(*)"),
                "rows": ("count(*)", "count(*)"),
                "opens": ("sum(opens)", "sum(opened_total)"),
                "clicks": ("sum(clicks)", "sum(clicked_total)"),
            },
        ),
    ),
    audit(
        "contact_email_kpis_equal_messages",
        "mart_contact_email_kpis",
        "every count of a contact is the sum over its messages",
        TotalsAgree(
            table(_KPIS),
            table(MESSAGES),
            per=("contact_id",),
            counts={kpi: (total, of_messages()[kpi]) for kpi, total in of_counts().items()},
        ),
    ),
    audit(
        "contact_email_kpis_add_up",
        "mart_contact_email_kpis",
        "per contact: sent = targeted - blocked - sending_failed, delivered = sent - bounced_total,"
        " bounced_total = hard + soft + other; a suppression has an end unless it is a complaint",
        RowsKeepRule(
            _KPIS,
            f"{EQUATIONS}"
            " and (suppressed_until is not null) = (suppression_status in ('hard_bounce', 'repeated_soft'))",
            key="contact_id",
        ),
        WRONG_COLUMN,
    ),
    audit(
        "contact_engagement_equals_messages",
        "mart_contact_engagement",
        "per known contact, the messages that were sent to it and those that were delivered",
        TotalsAgree(
            table(_ENGAGEMENT),
            table(MESSAGES, "contact_id <> 'unknown' and was_sent"),
            per=("contact_id",),
            counts={
                "sent": ("sum(sent)", "count(*)"),
                "delivered": ("sum(delivered)", "count(case when was_delivered then 1 end)"),
            },
        ),
    ),
    audit(
        "contact_engagement_equals_events",
        "mart_contact_engagement",
        "per contact that was sent a message, the last open and the last click by people",
        TotalsAgree(
            table(_ENGAGEMENT),
            (
                "opens and clicks by people",
                f"(select * from {EVENTS} where not is_machine"
                f" and contact_id in (select contact_id from {_ENGAGEMENT}))",
            ),
            per=("contact_id",),
            counts={
                "last_opened_at": _instant("last_opened_at", "max", "email_opened"),
                "last_clicked_at": _instant("last_clicked_at", "max", "email_clicked"),
            },
        ),
        scope=_CONTACT,
    ),
    audit(
        "contact_engagement_windows_nest",
        "mart_contact_engagement",
        "what lies in 30 days lies in 90, what in 90 in 365; exactly those in a group of people who answered"
        " have a last answer",
        RowsKeepRule(
            _ENGAGEMENT,
            "opens_last_30_days <= opens_last_90_days and opens_last_90_days <= opens_last_365_days"
            " and clicks_last_30_days <= clicks_last_90_days and clicks_last_90_days <= clicks_last_365_days"
            " and delivered <= sent and delivered_since_engaged <= delivered"
            " and (last_engaged_date is null) = (coalesce(last_opened_at, last_clicked_at) is null)"
            " and (last_engaged_date is null) = (engagement_group in ('not_reached', 'new', 'silent'))",
            key="contact_id",
        ),
        WRONG_COLUMN,
    ),
    audit(
        "contact_cohorts_equal_engagement",
        "mart_contact_cohorts",
        "per month of the first message, the contacts that were sent one",
        TotalsAgree(
            table(_COHORTS, "months_since = 0"),
            (
                "the engagement of contacts",
                "(select cast(date_trunc('month', first_sent_date) as date) as first_sent_month"
                f" from {_ENGAGEMENT} where date_trunc('month', first_sent_date) <= {AS_OF})",
            ),
            per=("first_sent_month",),
            counts={"contacts": ("sum(contacts)", "count(*)"), "sent": ("sum(contacts_sent)", "count(*)")},
        ),
    ),
    audit(
        "contact_cohorts_hold_their_parts",
        "mart_contact_cohorts",
        "in no month were more contacts of a cohort sent messages, opened or clicked than it has",
        RowsKeepRule(
            _COHORTS,
            "months_since >= 0 and greatest(contacts_sent, contacts_opened, contacts_clicked) <= contacts",
            key="concat_ws(' / ', first_sent_month, months_since)",
        ),
        WRONG_COLUMN,
    ),
    audit(
        "contact_web_equals_timeline",
        "mart_contact_web",
        "per contact, visits and clicks are those of the timeline",
        TotalsAgree(
            table(f"{MARTS}.mart_contact_web"),
            _in_timeline("website"),
            per=("contact_id",),
            counts={
                "visits": ("sum(visits)", _of_type("website_visited")),
                "clicks": ("sum(clicks)", _of_type("website_clicked")),
            },
        ),
        scope=_CONTACT,
    ),
    audit(
        "contact_events_equal_timeline",
        "mart_contact_events",
        "per contact and event one row, with the first registration and check-in and the last cancellation of"
        " the timeline",
        TotalsAgree(
            table(f"{MARTS}.mart_contact_events"),
            _in_timeline("event"),
            per=("contact_id", "event_id"),
            counts={
                "rows": ("count(*)", "1"),
                "registered_at": _instant("registered_at", "min", "event_registered"),
                "cancelled_at": _instant("cancelled_at", "max", "event_registration_cancelled"),
                "checked_in_at": _instant("checked_in_at", "min", "event_checked_in"),
            },
        ),
        scope=_CONTACT,
    ),
    audit(
        "contact_surveys_equal_timeline",
        "mart_contact_surveys",
        "per contact and survey, as many responses as in the timeline",
        TotalsAgree(
            table(f"{MARTS}.mart_contact_surveys", "contact_id <> 'unknown'"),
            _in_timeline("survey"),
            per=("contact_id", "survey_id"),
            counts={"responses": ("count(*)", "count(*)")},
        ),
        scope=_CONTACT,
    ),
    audit(
        "contact_forms_equal_submissions",
        "mart_contact_forms",
        "per contact and form, the submissions of the form, each once",
        TotalsAgree(
            table(f"{MARTS}.mart_contact_forms"),
            table(f"{MARTS}.fct_form_submissions", "contact_id <> 'unknown'"),
            per=("contact_id", "form_id"),
            counts={
                "submissions": ("count(distinct submission_id)", "count(*)"),
                "rows": ("count(*)", "count(*)"),
            },
        ),
    ),
    finds_dimensions(
        "event_participations_find_their_dimensions",
        "fct_event_participations",
        "every contact and event has its dimension row",
        {"dim_contact": ("contact_id",), "dim_event": ("event_id",)},
    ),
    finds_dimensions(
        "survey_responses_find_their_dimensions",
        "fct_survey_responses",
        "every contact and survey has its dimension row",
        {"dim_contact": ("contact_id",), "dim_survey": ("survey_id",)},
    ),
)
