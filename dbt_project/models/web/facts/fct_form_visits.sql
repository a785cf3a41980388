{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["interaction_id"],
            {"int_activities": {"where": "interaction_type = 'form_visited'"}},
        ),
    )
}}

with
    activities as (
        select *
        from {{ ref("int_activities") }} as activities
        where interaction_type = 'form_visited' and {{ is_touched("activities") }}
    )

select
    interaction_id,
    feed,
    coalesce(form_id, 'unknown') as form_id,
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
