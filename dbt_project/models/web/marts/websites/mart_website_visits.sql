{{ config(materialized="view") }}

with
    visits as (
        select * from {{ ref("fct_website_visits") }} where website_id <> 'unknown'
    )

select
    interaction_id,
    website_id,
    url,
    referrer,
    contact_id,
    visitor_key,
    occurred_at,
    country,
    is_machine
from visits
