{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["email_id", "recipient_domain"],
        meta={
            "touched_by": "int_email_cells_touched",
            "touched_columns": ["email_id", "recipient_domain"],
        },
    )
}}

-- depends_on: {{ ref("int_email_cells_touched") }}
with
    messages as (
        select messages.*
        from {{ ref("fct_email_messages") }} as messages
        {% if is_incremental() -%}
            where
                {{
                    in_relation(
                        "messages",
                        ["email_id", "recipient_domain"],
                        ref("int_email_cells_touched"),
                    )
                }}
        {%- endif %}
    ),

    totals as (
        select email_id, recipient_domain, {{ kpi_counts("email_messages") }}
        from messages
        group by email_id, recipient_domain
    )

select email_id, recipient_domain, {{ kpi_names("email_messages") }}, {{ kpi_rates() }}
from totals
