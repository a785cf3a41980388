{{
    config(
        materialized="incremental",
        unique_key=["journey_id", "tile_id", "reason"],
        meta=follows(
            ["journey_id", "tile_id"],
            {
                "fct_journey_passes": none,
                "dim_journey": renamed("journey_id"),
                "dim_journey_tile": renamed("journey_id", "tile_id"),
            },
        ),
    )
}}

with
    journeys as (select * from {{ ref("dim_journey") }}),

    tiles as (select * from {{ ref("dim_journey_tile") }}),

    passes as (
        select passes.*
        from {{ ref("fct_journey_passes") }} as passes
        where {{ is_touched("passes") }}
    ),

    counted as (
        select journey_id, tile_id, reason, count(*) as passes
        from passes
        where was_blocked
        group by journey_id, tile_id, reason
    )

select counted.*, journeys.name as journey_name, tiles.name as tile_name
from counted
left join journeys on counted.journey_id = journeys.journey_id
left join
    tiles on counted.journey_id = tiles.journey_id and counted.tile_id = tiles.tile_id
