{{
    config(
        materialized="incremental",
        unique_key="lead_id",
    )
}}

with
    leads as (select * from {{ ref("int_leads") }}),

    standings as (select * from {{ ref("int_lead_standings") }}),

    scores as (select * from {{ ref("int_lead_scores") }}),

    as_of as (select * from {{ ref("int_as_of_day") }}),

    emails as (select * from {{ ref("dim_email") }}),

    journeys as (select * from {{ ref("dim_journey") }}),

    pages as (select * from {{ ref("dim_page") }}),

    forms as (select * from {{ ref("dim_form") }}),

    sales_ready as (select lead_id from scores where is_sales_ready group by lead_id),

    dated as (
        select
            leads.*,
            {{ reporting_date("leads.created_at") }} as created_date,
            coalesce(
                {{ reporting_date("leads.closed_at") }}, as_of.as_of_date
            ) as end_date
        from leads
        cross join as_of
    )

select
    dated.lead_id,
    dated.contact_id,
    dated.topic,
    standings.stage,
    dated.status,
    cast(
        {{ dbt.datediff("dated.created_date", "dated.end_date", "day") }}
        as {{ sql_type("bigint") }}
    ) as age_days,
    dated.created_at,
    dated.source_email_id,
    emails.name as source_email_name,
    dated.source_journey_id,
    journeys.name as source_journey_name,
    dated.source_page_id,
    pages.name as source_page_name,
    dated.source_form_id,
    forms.name as source_form_name,
    sales_ready.lead_id is not null as is_sales_ready
from dated
left join standings on dated.lead_id = standings.lead_id
left join sales_ready on dated.lead_id = sales_ready.lead_id
left join emails on dated.source_email_id = emails.email_id
left join journeys on dated.source_journey_id = journeys.journey_id
left join pages on dated.source_page_id = pages.page_id
left join forms on dated.source_form_id = forms.form_id
