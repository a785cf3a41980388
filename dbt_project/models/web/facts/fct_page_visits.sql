{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["interaction_id"],
            {"int_activities": {"where": "interaction_type = 'page_visited'"}},
        ),
    )
}}

with
    activities as (
        select *
        from {{ ref("int_activities") }} as activities
        where interaction_type = 'page_visited' and {{ is_touched("activities") }}
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
    {{ utm_columns() | join(",\n    ") }},
    country,
    region,
    city,
    latitude,
    longitude,
    is_machine
from activities
