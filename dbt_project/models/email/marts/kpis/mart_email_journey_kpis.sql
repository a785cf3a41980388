{{
    config(
        materialized="incremental",
        unique_key=["email_id", "journey_id"],
        meta=follows(["email_id", "journey_id"], {"mart_email_kpis_daily": none}),
    )
}}

with
    daily as (
        select *
        from {{ ref("mart_email_kpis_daily") }} as daily
        where {{ is_touched("daily") }}
    ),

    totals as (
        select email_id, journey_id, {{ kpi_sums("email_messages") }}
        from daily
        group by email_id, journey_id
    )

select email_id, journey_id, {{ kpi_names("email_messages") }}, {{ kpi_rates() }}
from totals
