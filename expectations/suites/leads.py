"""Promises about leads and scoring models: no row of a lead is lost or doubled (invariant 7).

Belongs here: `mart_lead_*` and the scores behind them. Does not belong here: segments, contacts.
"""

from __future__ import annotations

from expectations.rules import RowsKeepRule, TotalsAgree, table
from expectations.suites.base import ACTIVITIES, EVENTS, MARTS, TIMELINE, audit, finds_dimensions

SCORES = f"{MARTS}.fct_lead_scores"
LEADS = "work.intermediate.int_leads"
STAGES = "work.intermediate.int_lead_stages"

_WHAT_CONCERNS_LEADS = f"""(
    select lead_id, interaction_id from {ACTIVITIES} where lead_id is not null
    union
    select lead_id, interaction_id from {STAGES} where is_snapshot
    union
    select leads.lead_id, timeline.interaction_id
    from {TIMELINE} as timeline
    inner join {LEADS} as leads on timeline.contact_id = leads.contact_id
)"""

#: What contacts of leads did by themselves, up to the instant that the lead was closed.
_TOUCHES_OF_LEADS = f"""(
    select leads.lead_id, acts.occurred_at
    from (
        select contact_id, occurred_at, is_machine from {EVENTS}
        where interaction_type in ('email_opened', 'email_clicked')
        union all
        select contact_id, occurred_at, is_machine from {ACTIVITIES}
        where regexp_matches(interaction_type, '^(page|form|website|redirect|survey)_')
            or interaction_type in ('event_registered', 'event_checked_in')
    ) as acts
    inner join {LEADS} as leads on acts.contact_id = leads.contact_id
    where not acts.is_machine and acts.occurred_at <= coalesce(leads.closed_at, acts.occurred_at)
)"""

CHECKS = (
    audit(
        "lead_insights_equal_leads",
        "mart_lead_insights",
        "one row per lead of the CRM, by status",
        TotalsAgree(
            table(f"{MARTS}.mart_lead_insights"),
            table(LEADS),
            per=("status",),
            counts={"rows": ("count(*)", "count(*)"), "leads": ("count(distinct lead_id)", "count(*)")},
        ),
    ),
    audit(
        "lead_insights_sales_ready_are_scored",
        "mart_lead_insights",
        "a lead that was never scored is not sales-ready",
        RowsKeepRule(
            f"(select lead_id, is_sales_ready, lead_id in (select lead_id from {SCORES}) as was_scored"
            f" from {MARTS}.mart_lead_insights)",
            "was_scored or not is_sales_ready",
            key="lead_id",
            noun="leads are sales-ready without a score",
        ),
    ),
    audit(
        "lead_scores_are_the_latest",
        "mart_lead_scores",
        "per lead and model one row, with the instant of the latest score",
        TotalsAgree(
            table(f"{MARTS}.mart_lead_scores"),
            table(SCORES),
            per=("lead_id", "lead_scoring_model_id"),
            counts={
                "rows": ("count(*)", "1"),
                "scored_at": ("sum(epoch_us(scored_at))", "max(epoch_us(scored_at))"),
            },
        ),
    ),
    audit(
        "lead_scoring_days_equal_scores",
        "mart_lead_scoring_daily",
        "per model and day, leads_processed are the different leads scored",
        TotalsAgree(
            table(f"{MARTS}.mart_lead_scoring_daily"),
            table(SCORES),
            per=("lead_scoring_model_id", "scored_date"),
            counts={"leads_processed": ("sum(leads_processed)", "count(distinct lead_id)")},
        ),
    ),
    audit(
        "lead_timeline_has_every_interaction",
        "mart_lead_timeline",
        "per lead exactly its own interactions, its stages as the CRM told them and its contact's"
        " interactions, each once",
        TotalsAgree(
            table(f"{MARTS}.mart_lead_timeline"),
            ("activities, stages and timelines", _WHAT_CONCERNS_LEADS),
            per=("lead_id",),
            counts={"rows": ("count(*)", "count(*)")},
        ),
    ),
    audit(
        "lead_touches_are_the_first",
        "mart_lead_touches",
        "per lead whose contact did anything by itself, when it did so first",
        TotalsAgree(
            table(f"{MARTS}.mart_lead_touches", "touch = 'first'"),
            ("opens, clicks and activities", _TOUCHES_OF_LEADS),
            per=("lead_id",),
            counts={"occurred_at": ("sum(epoch_us(occurred_at))", "min(epoch_us(occurred_at))")},
        ),
    ),
    audit(
        "lead_touches_come_before_what_they_led_to",
        "mart_lead_touches",
        "the last touches before a lead was created or closed did not happen later",
        RowsKeepRule(
            f"(select touches.*, leads.created_at, leads.closed_at from {MARTS}.mart_lead_touches as touches"
            f" inner join {LEADS} as leads on touches.lead_id = leads.lead_id)",
            "case touch when 'last_before_created' then occurred_at <= created_at"
            " when 'last_before_closed' then occurred_at <= closed_at else true end",
            key="concat_ws(' / ', lead_id, touch)",
        ),
    ),
    finds_dimensions(
        "lead_scores_find_their_dimensions",
        "fct_lead_scores",
        "every lead, scoring model and contact of a score has its dimension row",
        {
            "dim_lead": ("lead_id",),
            "dim_lead_scoring_model": ("lead_scoring_model_id",),
            "dim_contact": ("contact_id",),
        },
    ),
)
