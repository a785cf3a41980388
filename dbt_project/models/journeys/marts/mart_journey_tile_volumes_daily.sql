{{
    config(
        materialized="incremental",
        unique_key=["journey_id", "tile_id", "entry_date"],
        meta=follows(
            ["journey_id", "tile_id"],
            {
                "fct_journey_passes": none,
                "dim_journey_tile": none,
                "dim_journey": renamed("journey_id"),
            },
        ),
    )
}}

with
    journeys as (select * from {{ ref("dim_journey") }}),

    passes as (
        select passes.*
        from {{ ref("fct_journey_passes") }} as passes
        where {{ is_touched("passes") }}
    ),

    tiles as (select * from {{ ref("dim_journey_tile") }}),

    volumes as (
        select journey_id, tile_id, entry_date, {{ kpi_counts("journey_passes") }}
        from passes
        group by journey_id, tile_id, entry_date
    ),

    counted as (
        select
            volumes.journey_id,
            volumes.tile_id,
            volumes.entry_date,
            tiles.tile_type,
            tiles.name,
            {{ kpi_names("journey_passes", "volumes.") }}
        from volumes
        inner join
            tiles
            on volumes.journey_id = tiles.journey_id
            and volumes.tile_id = tiles.tile_id
    )

select counted.*, journeys.name as journey_name
from counted
left join journeys on counted.journey_id = journeys.journey_id
