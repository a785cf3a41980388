{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["interaction_id"],
            {"int_activities": {"where": "interaction_type = 'redirect_clicked'"}},
        ),
    )
}}

with
    activities as (
        select *
        from {{ ref("int_activities") }} as activities
        where interaction_type = 'redirect_clicked' and {{ is_touched("activities") }}
    )

select
    interaction_id,
    feed,
    coalesce(redirect_url_id, 'unknown') as redirect_url_id,
    coalesce(contact_id, 'unknown') as contact_id,
    visitor_key,
    occurred_at,
    interaction_date as click_date,
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
