{{ config(materialized="view") }}

with visits as (select * from {{ ref("fct_page_visits") }} where page_id <> 'unknown')

select
    interaction_id,
    page_id,
    journey_id,
    contact_id,
    visitor_key,
    occurred_at,
    url,
    referrer,
    country,
    is_machine
from visits
