{{
    config(
        materialized="incremental",
        unique_key=["journey_id", "tile_id"],
    )
}}

with
    known as (select * from {{ ref("int_journey_tiles") }}),

    mentions as (select * from {{ ref("int_mentioned_ids") }}),

    messages as (select * from {{ ref("fct_email_messages") }}),

    passes as (select * from {{ ref("fct_journey_passes") }}),

    -- A message may belong to a journey and a tile although no single event of it names
    -- both.
    ids as (
        select journey_id, tile_id
        from known
        union
        select parent_id as journey_id, entity_id as tile_id
        from mentions
        where entity_type = 'journey_tile'
        union
        select journey_id, tile_id
        from messages
        union
        select journey_id, tile_id
        from passes
        union
        select 'unknown' as journey_id, 'unknown' as tile_id
    )

select
    ids.journey_id,
    ids.tile_id,
    known.tile_type,
    known.name,
    known.parent_tile_id,
    known.parent_path,
    known.email_id,
    known.sort_order
from ids
left join known on ids.journey_id = known.journey_id and ids.tile_id = known.tile_id
