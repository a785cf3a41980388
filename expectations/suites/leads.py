"""Promises about leads and scoring models: nothing of a lead is lost or doubled (invariant 7).

Belongs here: `mart_lead_*` and the scores behind them. Does not belong here: segments, contacts.
"""

from __future__ import annotations

from expectations.check import Check, Probe
from expectations.measures import mart_agrees, totals_agree
from expectations.references import missing_members
from expectations.suites.contacts import TIMELINE
from expectations.suites.email.events import ACTIVITIES

_MARTS = "insights.marts"
SCORES = f"{_MARTS}.fct_lead_scores"
LEADS = "work.intermediate.int_leads"
STAGES = "work.intermediate.int_lead_stages"
_STALE = (
    "Rows were lost, doubled or not refreshed: rebuild with --full-refresh; if it stays, the join or the"
    " incremental selection of that model is wrong."
)


def _audit(name: str, table: str, promise: str, if_broken: str = _STALE) -> Check:
    return Check(name, "audit", f"marts.{table}", promise, if_broken)


INSIGHTS_EQUAL_LEADS = _audit(
    "lead_insights_equal_leads", "mart_lead_insights", "one row per lead of the CRM, by status"
)
SALES_READY_ARE_SCORED = _audit(
    "lead_insights_sales_ready_are_scored",
    "mart_lead_insights",
    "a lead that was never scored is not sales-ready",
)
LATEST_SCORES = _audit(
    "lead_scores_are_the_latest",
    "mart_lead_scores",
    "per lead and model one row, with the instant of the latest score",
)
DAILY_EQUAL_SCORES = _audit(
    "lead_scoring_days_equal_scores",
    "mart_lead_scoring_daily",
    "per model and day, leads_processed are the different leads scored",
)
TIMELINE_COMPLETE = _audit(
    "lead_timeline_has_every_interaction",
    "mart_lead_timeline",
    "per lead exactly its own interactions, its stages as the CRM told them and its contact's interactions,"
    " each once",
)
SCORES_FIND_DIMENSIONS = _audit(
    "lead_scores_find_their_dimensions",
    "fct_lead_scores",
    "every lead, scoring model and contact of a score has its dimension row",
    "An inner join to that dimension would lose rows: the dimension model misses mentioned ids.",
)

_SALES_READY_SQL = f"""
select
    '{SALES_READY_ARE_SCORED.name}' as check_name,
    'leads are sales-ready without a score' as subject,
    count(*) as observed,
    0 as at_least,
    0 as at_most,
    array_to_string(min(leads.lead_id, 3), ', ') as examples
from {_MARTS}.mart_lead_insights as leads
anti join {SCORES} as scores on leads.lead_id = scores.lead_id
where leads.is_sales_ready is distinct from false
"""

_TIMELINE_SQL = totals_agree(
    TIMELINE_COMPLETE.name,
    keys=("lead_id",),
    counts={"rows": ("count(*)", "count(*)")},
    here=("mart_lead_timeline", f"{_MARTS}.mart_lead_timeline"),
    there=(
        "activities, stages and timelines",
        f"(select lead_id, interaction_id from {ACTIVITIES} where lead_id is not null"
        f" union select lead_id, interaction_id from {STAGES} where is_snapshot"
        " union select leads.lead_id, timeline.interaction_id"
        f" from {TIMELINE} as timeline"
        f" inner join {LEADS} as leads on timeline.contact_id = leads.contact_id)",
    ),
)

PROBES = (
    mart_agrees(
        INSIGHTS_EQUAL_LEADS,
        LEADS,
        ("status",),
        {"rows": ("count(*)", "count(*)"), "leads": ("count(distinct lead_id)", "count(*)")},
    ),
    Probe((SALES_READY_ARE_SCORED,), (f"{_MARTS}.mart_lead_insights", SCORES), _SALES_READY_SQL),
    mart_agrees(
        LATEST_SCORES,
        SCORES,
        ("lead_id", "lead_scoring_model_id"),
        {
            "rows": ("count(*)", "1"),
            "scored_at": ("sum(epoch_us(scored_at))", "max(epoch_us(scored_at))"),
        },
    ),
    mart_agrees(
        DAILY_EQUAL_SCORES,
        SCORES,
        ("lead_scoring_model_id", "scored_date"),
        {"leads_processed": ("sum(leads_processed)", "count(distinct lead_id)")},
    ),
    Probe(
        (TIMELINE_COMPLETE,),
        (f"{_MARTS}.mart_lead_timeline", ACTIVITIES, STAGES, TIMELINE, LEADS),
        _TIMELINE_SQL,
    ),
    missing_members(
        SCORES_FIND_DIMENSIONS,
        SCORES,
        {
            "dim_lead": ("lead_id",),
            "dim_lead_scoring_model": ("lead_scoring_model_id",),
            "dim_contact": ("contact_id",),
        },
    ),
)
