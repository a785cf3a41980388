{{
    config(
        materialized="incremental",
        unique_key=["feed", "send_date"],
        meta=follows(["feed", "send_date"], {"fct_email_messages": none}),
    )
}}

with
    messages as (
        select messages.*
        from {{ ref("fct_email_messages") }} as messages
        where {{ is_touched("messages") }}
    ),

    totals as (
        select feed, send_date, {{ kpi_counts("email_messages") }}
        from messages
        group by feed, send_date
    )

select feed, send_date, {{ kpi_names("email_messages") }}, {{ kpi_rates() }}
from totals
