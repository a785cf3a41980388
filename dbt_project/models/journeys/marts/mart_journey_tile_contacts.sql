{{ config(materialized="view", meta={"rows_of": "fct_journey_passes"}) }}

with
    passes as (select * from {{ ref("fct_journey_passes") }}),

    journeys as (select * from {{ ref("dim_journey") }}),

    tiles as (select * from {{ ref("dim_journey_tile") }})

select
    passes.journey_id,
    journeys.name as journey_name,
    passes.tile_id,
    tiles.name as tile_name,
    passes.contact_id,
    passes.iteration_id,
    passes.state,
    passes.reason,
    passes.path,
    passes.entered_at,
    passes.left_at
from passes
left join journeys on passes.journey_id = journeys.journey_id
left join
    tiles on passes.journey_id = tiles.journey_id and passes.tile_id = tiles.tile_id
