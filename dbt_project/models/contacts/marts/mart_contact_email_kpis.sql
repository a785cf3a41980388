{{
    config(
        materialized="incremental",
        unique_key=["contact_id"],
        meta=follows(
            ["contact_id"],
            {"fct_email_messages": none, "int_contact_suppressions": none},
        ),
    )
}}

with
    messages as (
        select messages.*
        from {{ ref("fct_email_messages") }} as messages
        where {{ is_touched("messages") }}
    ),

    suppressions as (
        select suppressions.*
        from {{ ref("int_contact_suppressions") }} as suppressions
        where {{ is_touched("suppressions") }}
    ),

    totals as (
        select contact_id, {{ kpi_counts("email_messages") }}
        from messages
        group by contact_id
    )

select
    coalesce(totals.contact_id, suppressions.contact_id) as contact_id,
    {%- for kpi in counts_shown("email_messages") %}
        coalesce(totals.{{ kpi }}, 0) as {{ kpi }},
    {%- endfor %}
    coalesce(suppressions.suppression_status, 'none') as suppression_status,
    suppressions.suppressed_until
from totals
full outer join suppressions on totals.contact_id = suppressions.contact_id
