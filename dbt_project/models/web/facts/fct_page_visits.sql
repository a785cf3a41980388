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
        select *
        from {{ ref("int_activities") }}
        where
            interaction_type = 'page_visited'
            {%- if is_incremental() %}
                and interaction_id
                in (select interaction_id from {{ ref("int_activity_changes") }})
            {%- endif %}
    )

select
    interaction_id,
    feed,
    coalesce(page_id, 'unknown') as page_id,
    coalesce(journey_id, 'unknown') as journey_id,
    coalesce(contact_id, 'unknown') as contact_id,
    visitor_key,
    occurred_at,
    interaction_date,
    url,
    referrer,
    country,
    region,
    city,
    latitude,
    longitude,
    is_machine
from activities
