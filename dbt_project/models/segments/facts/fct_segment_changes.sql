{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key="interaction_id",
        meta={
            "touched_by": "int_activity_changes",
            "touched_columns": ["interaction_id"],
        },
    )
}}

-- depends_on: {{ ref("int_activity_changes") }}
with
    activities as (
        select activities.*
        from {{ ref("int_activities") }} as activities
        where
            activities.interaction_type in ('segment_joined', 'segment_left')
            {%- if is_incremental() %}
                and {{
                    in_relation(
                        "activities", ["interaction_id"], ref("int_activity_changes")
                    )
                }}
            {%- endif %}
    )

select
    interaction_id,
    coalesce(segment_id, 'unknown') as segment_id,
    coalesce(contact_id, 'unknown') as contact_id,
    interaction_type,
    occurred_at,
    interaction_date as change_date,
    interaction_type = 'segment_joined' as has_joined,
    interaction_type = 'segment_left' as has_left
from activities
