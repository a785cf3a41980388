{{
    config(
        materialized="incremental",
        unique_key="segment_id",
    )
}}

with
    known as (select * from {{ ref("int_segments") }}),

    ids as ({{ dimension_ids("segment", "known", "segment_id") }})

select ids.segment_id, known.name, known.segment_type
from ids
left join known on ids.segment_id = known.segment_id
