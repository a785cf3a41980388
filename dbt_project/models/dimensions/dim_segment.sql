{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key="segment_id",
    )
}}

with
    known as (select * from {{ ref("int_segments") }}),

    counts as (select * from {{ ref("int_segment_member_counts") }}),

    ids as (
        {{ dimension_ids("segment", "known", "segment_id") }}
        union
        select segment_id
        from counts
    )

select ids.segment_id, known.name, known.segment_type
from ids
left join known on ids.segment_id = known.segment_id
