{{ config(materialized="view") }}

with events as (select * from {{ ref("fct_email_events") }})

select
    interaction_id,
    email_id,
    journey_id,
    contact_id,
    occurred_at,
    interaction_type,
    link_url,
    country,
    is_machine
from events
