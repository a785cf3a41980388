{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["interaction_id"],
            {"int_activities": {"where": "interaction_type = 'website_clicked'"}},
        ),
    )
}}

with
    activities as (
        select *
        from {{ ref("int_activities") }} as activities
        where interaction_type = 'website_clicked' and {{ is_touched("activities") }}
    )

select
    interaction_id,
    feed,
    coalesce(website_id, 'unknown') as website_id,
    coalesce(contact_id, 'unknown') as contact_id,
    visitor_key,
    occurred_at,
    interaction_date as click_date,
    url,
    coalesce(page_address, 'unknown') as page_address,
    link_url,
    link_name,
    country,
    region,
    city,
    latitude,
    longitude,
    is_machine
from activities
