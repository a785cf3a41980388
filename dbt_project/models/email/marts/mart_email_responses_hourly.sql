{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["email_id", "journey_id", "interaction_type", "interaction_hour"],
        meta={
            "touched_by": "int_email_hours_touched",
            "touched_columns": ["email_id", "journey_id", "interaction_hour"],
        },
    )
}}

-- depends_on: {{ ref("int_email_hours_touched") }}
with
    events as (
        select *, {{ utc_hour("occurred_at") }} as interaction_hour
        from {{ ref("fct_email_events") }}
    ),

    touched as (
        select events.*
        from events
        {% if is_incremental() -%}
            where
                {{
                    in_relation(
                        "events",
                        ["email_id", "journey_id", "interaction_hour"],
                        ref("int_email_hours_touched"),
                    )
                }}
        {%- endif %}
    )

select
    email_id,
    journey_id,
    interaction_type,
    interaction_hour,
    count(*) as interactions,
    count(case when not is_machine then 1 end) as interactions_human
from touched
group by email_id, journey_id, interaction_type, interaction_hour
