{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["email_id"],
    )
}}

with
    daily as (select * from {{ ref("mart_email_kpis_daily") }}),

    emails as (select * from {{ ref("dim_email") }}),

    totals as (
        select email_id, {{ email_counts_of_counts() }} from daily group by email_id
    )

select
    totals.email_id,
    emails.name as email_name,
    emails.subject,
    {{ email_count_names("totals.") }},
    {{ email_rate_columns("totals.") }}
from totals
inner join emails on totals.email_id = emails.email_id
