{{ config(materialized="view", meta={"rows_of": "fct_email_events"}) }}

with
    events as (select * from {{ ref("fct_email_events") }}),

    emails as (select * from {{ ref("dim_email") }}),

    journeys as (select * from {{ ref("dim_journey") }})

select
    events.interaction_id,
    events.email_id,
    emails.name as email_name,
    events.journey_id,
    journeys.name as journey_name,
    events.contact_id,
    events.occurred_at,
    events.interaction_type,
    events.link_url,
    events.country,
    events.is_machine
from events
left join emails on events.email_id = emails.email_id
left join journeys on events.journey_id = journeys.journey_id
