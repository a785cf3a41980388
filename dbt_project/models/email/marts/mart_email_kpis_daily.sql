{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["email_id", "journey_id", "tile_id", "send_date"],
        meta={
            "touched_by": "int_email_cells_touched",
            "touched_columns": ["email_id", "journey_id", "tile_id", "send_date"],
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
                        ["email_id", "journey_id", "tile_id", "send_date"],
                        ref("int_email_cells_touched"),
                    )
                }}
        {%- endif %}
    )

select email_id, journey_id, tile_id, send_date, {{ kpi_counts("email_messages") }}
from messages
group by email_id, journey_id, tile_id, send_date
