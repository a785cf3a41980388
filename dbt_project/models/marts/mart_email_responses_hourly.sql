{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["email_id", "journey_id", "interaction_type", "interaction_hour"],
        meta={
            "touched_by": "int_email_cells_touched",
            "touched_columns": ["email_id", "journey_id"],
        },
    )
}}

-- depends_on: {{ ref("int_email_cells_touched") }}
with
    events as (
        select events.*
        from {{ ref("fct_email_events") }} as events
        {% if is_incremental() -%}
            where
                {{
                    in_relation(
                        "events",
                        ["email_id", "journey_id"],
                        ref("int_email_cells_touched"),
                    )
                }}
        {%- endif %}
    )

select
    email_id,
    journey_id,
    interaction_type,
    {{ utc_hour("occurred_at") }} as interaction_hour,
    count(*) as interactions,
    count(case when not is_machine then 1 end) as interactions_human
from events
group by email_id, journey_id, interaction_type, {{ utc_hour("occurred_at") }}
