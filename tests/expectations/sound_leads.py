"""The SQL of a few leads and their scores, made by hand, that keep every promise.

Belongs here: leads, beside what `sound_activities.py` says of their contacts.
"""

from __future__ import annotations

#: Contact `c4` has two leads. The CRM told the stage of the first once; each is scored on some days.
LEAD_FACTS_SQL = """
create table work.intermediate.int_leads as
select * from (values ('l0', 'c4', 'open'), ('l1', 'c4', 'won'), ('l2', 'c9', 'open'), ('l3', null, 'open'))
    as leads (lead_id, contact_id, status);
create table work.intermediate.int_lead_stages as
select * from (values ('l0', 'l0-told', true), ('l1', 'l1-event', false)) as stages (lead_id, interaction_id, is_snapshot);
create table insights.marts.dim_lead as select unnest(['l0', 'l1', 'l2', 'l3', 'unknown']) as lead_id;
create table insights.marts.dim_lead_scoring_model as select unnest(['m0', 'm1']) as lead_scoring_model_id;

create table insights.marts.fct_lead_scores as
select interaction_id, lead_id, 'm' || day % 2 as lead_scoring_model_id, contact_id, occurred_at as scored_at,
    cast(occurred_at as date) as scored_date
from work.intermediate.int_activities
where interaction_type = 'lead_scored';
"""

LEAD_MARTS_SQL = """
create or replace table insights.marts.mart_lead_insights as
select lead_id, contact_id, status, lead_id = 'l0' as is_sales_ready from work.intermediate.int_leads;

create or replace table insights.marts.mart_lead_scores as
select lead_id, lead_scoring_model_id, max(scored_at) as scored_at
from insights.marts.fct_lead_scores
group by all;

create or replace table insights.marts.mart_lead_scoring_daily as
select lead_scoring_model_id, scored_date, count(distinct lead_id) as leads_processed
from insights.marts.fct_lead_scores
group by all;

create or replace table insights.marts.mart_lead_timeline as
select lead_id, interaction_id from work.intermediate.int_activities where lead_id is not null
union
select lead_id, interaction_id from work.intermediate.int_lead_stages where is_snapshot
union
select leads.lead_id, timeline.interaction_id
from work.intermediate.int_leads as leads
inner join insights.marts.mart_contact_timeline as timeline on leads.contact_id = timeline.contact_id;
"""
