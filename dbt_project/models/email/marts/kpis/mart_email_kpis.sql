{{
    config(
        materialized="incremental",
        unique_key=["email_id"],
        meta=follows(
            ["email_id"], {"mart_email_kpis_daily": none, "dim_email": none}
        ),
    )
}}

with
    daily as (
        select *
        from {{ ref("mart_email_kpis_daily") }} as daily
        where {{ is_touched("daily") }}
    ),

    emails as (select * from {{ ref("dim_email") }}),

    totals as (
        select email_id, {{ kpi_sums("email_messages") }} from daily group by email_id
    )

select
    totals.email_id,
    emails.name as email_name,
    emails.subject,
    {{ kpi_names("email_messages", "totals.") }},
    {{ kpi_rates("totals.") }}
from totals
inner join emails on totals.email_id = emails.email_id
