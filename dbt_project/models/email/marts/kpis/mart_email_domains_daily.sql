{{
    config(
        materialized="incremental",
        unique_key=["email_id", "recipient_domain", "send_date"],
        meta=follows(
            ["email_id", "recipient_domain", "send_date"],
            {"fct_email_messages": none},
        ),
    )
}}

with
    messages as (
        select messages.*
        from {{ ref("fct_email_messages") }} as messages
        where {{ is_touched("messages") }}
    ),

    totals as (
        select email_id, recipient_domain, send_date, {{ kpi_counts("email_messages") }}
        from messages
        group by email_id, recipient_domain, send_date
    )

select
    email_id,
    recipient_domain,
    send_date,
    {{ kpi_names("email_messages") }},
    {{ kpi_rates() }}
from totals
