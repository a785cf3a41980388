{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["journey_id"],
    )
}}

with
    participations as (select * from {{ ref("fct_journey_participations") }}),

    email_days as (select * from {{ ref("mart_email_kpis_daily") }}),

    journeys as (select * from {{ ref("dim_journey") }}),

    -- Every count of both sides, with zeros for those of the other.
    counted as (
        select
            journey_id,
            count(*) as entered,
            count(case when is_in_progress then 1 end) as in_progress,
            count(case when was_completed then 1 end) as completed,
            count(case when was_stopped then 1 end) as stopped,
            {%- for kpi in email_counts() %}
                0 as {{ kpi }}{% if not loop.last %},{% endif %}
            {%- endfor %}
        from participations
        group by journey_id
        union all
        select
            journey_id,
            0 as entered,
            0 as in_progress,
            0 as completed,
            0 as stopped,
            {{ email_counts_of_counts() }}
        from email_days
        group by journey_id
    ),

    totals as (
        select
            journey_id,
            {%- for kpi in ["entered", "in_progress", "completed", "stopped"] %}
                cast(sum({{ kpi }}) as {{ sql_type("bigint") }}) as {{ kpi }},
            {%- endfor %}
            {{ email_counts_of_counts() }}
        from counted
        group by journey_id
    )

select
    totals.journey_id,
    journeys.name,
    totals.entered,
    totals.in_progress,
    totals.completed,
    totals.stopped,
    {{ email_count_names("totals.") }},
    {{ email_rate_columns("totals.") }}
from totals
inner join journeys on totals.journey_id = journeys.journey_id
