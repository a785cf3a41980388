{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["journey_id", "tile_id", "entry_date"],
    )
}}

with
    passes as (select * from {{ ref("fct_journey_passes") }}),

    tiles as (select * from {{ ref("dim_journey_tile") }}),

    volumes as (
        select journey_id, tile_id, entry_date, {{ pass_counts() }}
        from passes
        group by journey_id, tile_id, entry_date
    )

select
    volumes.journey_id,
    volumes.tile_id,
    volumes.entry_date,
    tiles.tile_type,
    tiles.name,
    volumes.inflow,
    volumes.processing,
    volumes.blocked,
    volumes.failed,
    volumes.processed
from volumes
inner join
    tiles on volumes.journey_id = tiles.journey_id and volumes.tile_id = tiles.tile_id
