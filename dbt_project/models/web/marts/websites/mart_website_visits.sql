{{ config(materialized="view", meta={"rows_of": "fct_website_visits"}) }}

with
    visits as (
        select * from {{ ref("fct_website_visits") }} where website_id <> 'unknown'
    ),

    websites as (select * from {{ ref("dim_website") }})

select
    visits.interaction_id,
    visits.website_id,
    websites.name as website_name,
    visits.url,
    visits.referrer,
    visits.contact_id,
    visits.visitor_key,
    visits.occurred_at,
    visits.country,
    visits.is_machine
from visits
left join websites on visits.website_id = websites.website_id
