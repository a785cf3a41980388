{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["contact_id"],
        meta={
            "touched_by": "int_email_contacts_touched",
            "touched_columns": ["contact_id"],
        },
    )
}}

-- depends_on: {{ ref("int_email_contacts_touched") }}
with
    messages as (
        select messages.*
        from {{ ref("fct_email_messages") }} as messages
        {% if is_incremental() -%}
            where
                {{
                    in_relation(
                        "messages", ["contact_id"], ref("int_email_contacts_touched")
                    )
                }}
        {%- endif %}
    ),

    suppressions as (
        select suppressions.*
        from {{ ref("int_contact_suppressions") }} as suppressions
        {% if is_incremental() -%}
            where
                {{
                    in_relation(
                        "suppressions",
                        ["contact_id"],
                        ref("int_email_contacts_touched"),
                    )
                }}
        {%- endif %}
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
