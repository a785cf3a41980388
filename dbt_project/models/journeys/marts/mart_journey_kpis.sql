{{
    config(
        materialized="incremental",
        unique_key=["journey_id"],
        meta=follows(
            ["journey_id"],
            {
                "fct_journey_participations": none,
                "mart_email_kpis_daily": none,
                "dim_journey": none,
            },
        ),
    )
}}

with
    participations as (
        select *
        from {{ ref("fct_journey_participations") }} as participations
        where {{ is_touched("participations") }}
    ),

    email_days as (
        select *
        from {{ ref("mart_email_kpis_daily") }} as email_days
        where {{ is_touched("email_days") }}
    ),

    journeys as (select * from {{ ref("dim_journey") }}),

    -- Give e-mail counts and pass counts the same columns, zero where the other side
    -- counts, so that a union can be summed.
    counted as (
        select
            journey_id,
            {{ kpi_counts("journey_participations") }},
            {{ kpi_zeros("email_messages") }}
        from participations
        group by journey_id
        union all
        select
            journey_id,
            {{ kpi_zeros("journey_participations") }},
            {{ kpi_sums("email_messages") }}
        from email_days
        group by journey_id
    ),

    totals as (
        select
            journey_id,
            {{ kpi_sums("journey_participations") }},
            {{ kpi_sums("email_messages") }}
        from counted
        group by journey_id
    )

select
    totals.journey_id,
    journeys.name,
    {{ kpi_names("journey_participations", "totals.") }},
    {{ kpi_names("email_messages", "totals.") }},
    {{ kpi_rates("totals.") }}
from totals
inner join journeys on totals.journey_id = journeys.journey_id
