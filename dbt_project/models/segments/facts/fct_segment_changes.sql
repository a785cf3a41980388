{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["interaction_id"],
            {
                "int_activities": {
                    "where": "interaction_type in ('segment_joined', 'segment_left')"
                }
            },
        ),
    )
}}

with
    activities as (
        select activities.*
        from {{ ref("int_activities") }} as activities
        where
            activities.interaction_type in ('segment_joined', 'segment_left')
            and {{ is_touched("activities") }}
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
