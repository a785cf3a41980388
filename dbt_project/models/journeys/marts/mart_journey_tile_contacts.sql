{{ config(materialized="view") }}

with passes as (select * from {{ ref("fct_journey_passes") }})

select
    journey_id,
    tile_id,
    contact_id,
    iteration_id,
    state,
    reason,
    path,
    entered_at,
    left_at
from passes
