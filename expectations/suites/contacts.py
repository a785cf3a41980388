"""Promises about the `mart_contact_*` tables and their facts: nothing of a contact is lost or doubled.

Belongs here: invariant 7 for contacts, counted from events and activities a second time. Does not belong
here: what an interaction is (`email/events.py`, `activities.py`).
"""

from __future__ import annotations

from expectations.check import Check, Probe
from expectations.measures import mart_agrees, rows_keep, totals_agree
from expectations.references import missing_members
from expectations.suites.email.counts import COUNTS, EQUATIONS, EVENTS, MESSAGES, of_counts, of_messages
from expectations.suites.email.events import ACTIVITIES

TIMELINE = "insights.marts.mart_contact_timeline"
_PARTICIPATIONS = "insights.marts.fct_event_participations"
_SUBMISSIONS = "insights.marts.fct_form_submissions"
_RESPONSES = "insights.marts.fct_survey_responses"
_STALE = (
    "Rows were lost, doubled or not refreshed: rebuild with --full-refresh; if it stays, the join or the"
    " incremental selection of that model is wrong."
)
_UNREFERENCED = "An inner join to that dimension would lose rows: the dimension model misses mentioned ids."


def _audit(name: str, table: str, promise: str, if_broken: str = _STALE) -> Check:
    return Check(name, "audit", f"marts.{table}", promise, if_broken)


TIMELINE_COMPLETE = _audit(
    "contact_timeline_has_every_interaction",
    "mart_contact_timeline",
    "per type, exactly the e-mail events and activities of known contacts, each once, with its contact",
)
DAILY_EQUAL_TIMELINE = _audit(
    "contact_daily_equals_timeline",
    "mart_contact_interactions_daily",
    "per contact and type, the days sum to the rows of the timeline",
)
EMAILS_EQUAL_MESSAGES = _audit(
    "contact_emails_equal_messages",
    "mart_contact_emails",
    "one row per message, with its contact, status, opens and clicks",
)
KPIS_EQUAL_MESSAGES = _audit(
    "contact_email_kpis_equal_messages",
    "mart_contact_email_kpis",
    "every count of a contact is the sum over its messages",
)
KPIS_ADD_UP = _audit(
    "contact_email_kpis_add_up",
    "mart_contact_email_kpis",
    "per contact: sent = targeted - blocked - sending_failed, delivered = sent - bounced_total,"
    " bounced_total = hard + soft + other; a suppression has an end unless it is a complaint",
    "A count has the wrong column behind it: compare it with the KPI's definition.",
)
WEB_EQUALS_TIMELINE = _audit(
    "contact_web_equals_timeline",
    "mart_contact_web",
    "per contact, visits and clicks are those of the timeline",
)
EVENTS_EQUAL_TIMELINE = _audit(
    "contact_events_equal_timeline",
    "mart_contact_events",
    "per contact and event one row, with the first registration and check-in and the last cancellation of the"
    " timeline",
)
SURVEYS_EQUAL_TIMELINE = _audit(
    "contact_surveys_equal_timeline",
    "mart_contact_surveys",
    "per contact and survey, as many responses as in the timeline",
)
FORMS_EQUAL_SUBMISSIONS = _audit(
    "contact_forms_equal_submissions",
    "mart_contact_forms",
    "per contact and form, the submissions of the form, each once",
)
PARTICIPATIONS_FIND_DIMENSIONS = _audit(
    "event_participations_find_their_dimensions",
    "fct_event_participations",
    "every contact and event has its dimension row",
    _UNREFERENCED,
)
RESPONSES_FIND_DIMENSIONS = _audit(
    "survey_responses_find_their_dimensions",
    "fct_survey_responses",
    "every contact and survey has its dimension row",
    _UNREFERENCED,
)

_TIMELINE_SQL = totals_agree(
    TIMELINE_COMPLETE.name,
    keys=("interaction_type",),
    counts={
        "rows": ("count(*)", "count(*)"),
        "which ones": ("bit_xor(hash(interaction_id || ' of ' || contact_id)) % 1000000007",) * 2,
    },
    here=("mart_contact_timeline", TIMELINE),
    there=(
        "events and activities",
        f"(select interaction_id, contact_id, interaction_type from {EVENTS} where contact_id <> 'unknown'"
        f" union all select interaction_id, contact_id, interaction_type from {ACTIVITIES}"
        " where contact_id is not null)",
    ),
)

#: An instant as a number, so that a cell of two sides can be compared; zero where there is none.
_MICROS = "coalesce(sum(epoch_us({column})), 0)"


def _instant(column: str, of: str, kind: str) -> tuple[str, str]:
    told = f"{of}(case when interaction_type = '{kind}' then epoch_us(occurred_at) end)"
    return _MICROS.format(column=column), f"coalesce({told}, 0)"


_PARTICIPATION_SQL = totals_agree(
    EVENTS_EQUAL_TIMELINE.name,
    keys=("contact_id", "event_id"),
    counts={
        "rows": ("count(*)", "1"),
        "registered_at": _instant("registered_at", "min", "event_registered"),
        "cancelled_at": _instant("cancelled_at", "max", "event_registration_cancelled"),
        "checked_in_at": _instant("checked_in_at", "min", "event_checked_in"),
    },
    here=("mart_contact_events", "insights.marts.mart_contact_events"),
    there=(
        "the timeline",
        f"(select *, entity_id as event_id from {TIMELINE} where entity_type = 'event')",
    ),
)

PROBES = (
    Probe((TIMELINE_COMPLETE,), (TIMELINE, EVENTS, ACTIVITIES), _TIMELINE_SQL),
    mart_agrees(
        DAILY_EQUAL_TIMELINE,
        TIMELINE,
        ("contact_id", "interaction_type"),
        {"interactions": ("sum(interactions)", "count(*)")},
    ),
    mart_agrees(
        EMAILS_EQUAL_MESSAGES,
        MESSAGES,
        ("contact_id", "delivery_status"),
        {
            "messages": ("count(distinct message_key)", "count(*)"),
            "rows": ("count(*)", "count(*)"),
            "opens": ("sum(opens)", "sum(opened_total)"),
            "clicks": ("sum(clicks)", "sum(clicked_total)"),
        },
    ),
    mart_agrees(
        KPIS_EQUAL_MESSAGES,
        MESSAGES,
        ("contact_id",),
        {kpi: (of_counts()[kpi], of_messages()[kpi]) for kpi in COUNTS},
    ),
    rows_keep(
        KPIS_ADD_UP,
        "contact_id",
        f"{EQUATIONS}"
        " and (suppressed_until is not null) = (suppression_status in ('hard_bounce', 'repeated_soft'))",
    ),
    mart_agrees(
        WEB_EQUALS_TIMELINE,
        TIMELINE,
        ("contact_id",),
        {
            "visits": ("sum(visits)", "count(case when interaction_type = 'website_visited' then 1 end)"),
            "clicks": ("sum(clicks)", "count(case when interaction_type = 'website_clicked' then 1 end)"),
        },
        there_where="entity_type = 'website'",
    ),
    Probe((EVENTS_EQUAL_TIMELINE,), ("insights.marts.mart_contact_events", TIMELINE), _PARTICIPATION_SQL),
    Probe(
        (SURVEYS_EQUAL_TIMELINE,),
        ("insights.marts.mart_contact_surveys", TIMELINE),
        totals_agree(
            SURVEYS_EQUAL_TIMELINE.name,
            keys=("contact_id", "survey_id"),
            counts={"responses": ("count(*)", "count(*)")},
            here=(
                "mart_contact_surveys",
                "(select * from insights.marts.mart_contact_surveys where contact_id <> 'unknown')",
            ),
            there=(
                "the timeline",
                f"(select *, entity_id as survey_id from {TIMELINE} where entity_type = 'survey')",
            ),
        ),
    ),
    mart_agrees(
        FORMS_EQUAL_SUBMISSIONS,
        _SUBMISSIONS,
        ("contact_id", "form_id"),
        {"submissions": ("count(distinct submission_id)", "count(*)"), "rows": ("count(*)", "count(*)")},
        there_where="contact_id <> 'unknown'",
    ),
    missing_members(
        PARTICIPATIONS_FIND_DIMENSIONS,
        _PARTICIPATIONS,
        {"dim_contact": ("contact_id",), "dim_event": ("event_id",)},
    ),
    missing_members(
        RESPONSES_FIND_DIMENSIONS,
        _RESPONSES,
        {"dim_contact": ("contact_id",), "dim_survey": ("survey_id",)},
    ),
)
