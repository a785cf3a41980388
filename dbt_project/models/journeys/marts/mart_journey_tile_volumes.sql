{{
    config(
        materialized="incremental",
        unique_key=["journey_id", "tile_id"],
        meta=follows(
            ["journey_id", "tile_id"],
            {
                "mart_journey_tile_volumes_daily": none,
                "dim_journey_tile": none,
                "dim_journey": renamed("journey_id"),
            },
        ),
    )
}}

with
    journeys as (select * from {{ ref("dim_journey") }}),

    daily as (
        select *
        from {{ ref("mart_journey_tile_volumes_daily") }} as daily
        where {{ is_touched("daily") }}
    ),

    tiles as (select * from {{ ref("dim_journey_tile") }}),

    totals as (
        select journey_id, tile_id, {{ kpi_sums("journey_passes") }}
        from daily
        group by journey_id, tile_id
    ),

    counted as (
        select
            totals.journey_id,
            totals.tile_id,
            tiles.tile_type,
            tiles.name,
            {{ kpi_names("journey_passes", "totals.") }}
        from totals
        inner join
            tiles
            on totals.journey_id = tiles.journey_id
            and totals.tile_id = tiles.tile_id
    )

select counted.*, journeys.name as journey_name
from counted
left join journeys on counted.journey_id = journeys.journey_id
