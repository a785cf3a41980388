{{ config(materialized="view", meta={"rows_of": "fct_event_participations"}) }}

with
    participations as (select * from {{ ref("fct_event_participations") }}),

    events as (select * from {{ ref("dim_event") }})

select
    participations.contact_id,
    participations.event_id,
    events.name as event_name,
    participations.registered_at,
    participations.cancelled_at,
    participations.checked_in_at
from participations
left join events on participations.event_id = events.event_id
