{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["email_id", "journey_id"],
    )
}}

with
    daily as (select * from {{ ref("mart_email_kpis_daily") }}),

    totals as (
        select email_id, journey_id, {{ email_counts_of_counts() }}
        from daily
        group by email_id, journey_id
    )

select email_id, journey_id, {{ email_count_names() }}, {{ email_rate_columns() }}
from totals
