{{ config(materialized="view", meta={"rows_of": "fct_page_visits"}) }}

with
    visits as (select * from {{ ref("fct_page_visits") }} where page_id <> 'unknown'),

    pages as (select * from {{ ref("dim_page") }}),

    journeys as (select * from {{ ref("dim_journey") }})

select
    visits.interaction_id,
    visits.page_id,
    pages.name as page_name,
    visits.journey_id,
    journeys.name as journey_name,
    visits.contact_id,
    visits.visitor_key,
    visits.occurred_at,
    visits.url,
    visits.referrer,
    visits.country,
    visits.is_machine
from visits
left join pages on visits.page_id = pages.page_id
left join journeys on visits.journey_id = journeys.journey_id
