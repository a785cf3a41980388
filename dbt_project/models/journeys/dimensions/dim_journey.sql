{{
    config(
        materialized="incremental",
        unique_key="journey_id",
    )
}}

with
    known as (select * from {{ ref("int_journeys") }}),

    ids as ({{ dimension_ids("journey", "known", "journey_id") }})

select
    ids.journey_id,
    known.name,
    known.status,
    known.started_at,
    known.ended_at,
    known.is_recurring
from ids
left join known on ids.journey_id = known.journey_id
