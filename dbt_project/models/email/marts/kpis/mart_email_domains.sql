{{
    config(
        materialized="incremental",
        unique_key=["email_id", "recipient_domain"],
        meta=follows(
            ["email_id", "recipient_domain"],
            {"fct_email_messages": none, "dim_email": renamed("email_id")},
        ),
    )
}}

with
    emails as (select * from {{ ref("dim_email") }}),

    messages as (
        select messages.*
        from {{ ref("fct_email_messages") }} as messages
        where {{ is_touched("messages") }}
    ),

    totals as (
        select email_id, recipient_domain, {{ kpi_counts("email_messages") }}
        from messages
        group by email_id, recipient_domain
    ),

    counted as (
        select
            email_id,
            recipient_domain,
            {{ kpi_names("email_messages") }},
            {{ kpi_rates() }}
        from totals
    )

select counted.*, emails.name as email_name
from counted
left join emails on counted.email_id = emails.email_id
