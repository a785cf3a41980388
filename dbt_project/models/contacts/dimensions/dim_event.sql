{{
    config(
        materialized="incremental",
        unique_key="event_id",
    )
}}

with
    known as (select * from {{ ref("int_events") }}),

    ids as ({{ dimension_ids("event", "known", "event_id") }})

select ids.event_id, known.name, known.starts_at, known.ends_at
from ids
left join known on ids.event_id = known.event_id
