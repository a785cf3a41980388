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
            interaction_type = 'website_clicked'
            {%- if is_incremental() %}
                and interaction_id
                in (select interaction_id from {{ ref("int_activity_changes") }})
            {%- endif %}
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
