{{
    config(
        materialized="incremental",
        unique_key=["email_id", "journey_id"],
        meta=follows(
            ["email_id", "journey_id"],
            {
                "mart_email_kpis_daily": none,
                "dim_email": renamed("email_id"),
                "dim_journey": renamed("journey_id"),
            },
        ),
    )
}}

with
    emails as (select * from {{ ref("dim_email") }}),

    journeys as (select * from {{ ref("dim_journey") }}),

    daily as (
        select *
        from {{ ref("mart_email_kpis_daily") }} as daily
        where {{ is_touched("daily") }}
    ),

    totals as (
        select email_id, journey_id, {{ kpi_sums("email_messages") }}
        from daily
        group by email_id, journey_id
    ),

    counted as (
        select
            email_id, journey_id, {{ kpi_names("email_messages") }}, {{ kpi_rates() }}
        from totals
    )

select counted.*, emails.name as email_name, journeys.name as journey_name
from counted
left join emails on counted.email_id = emails.email_id
left join journeys on counted.journey_id = journeys.journey_id
