-- Fails with tiles whose inflow, counted once straight from the passes, is not the sum
-- of the states, or whose processed passes are not the sum of the paths, or whose
-- blocked passes are not the sum of the reasons. A contact is then counted twice at a
-- tile, or lost there.
with
    volumes as (select * from {{ ref("mart_journey_tile_volumes") }}),

    passes as (
        select journey_id, tile_id, count(*) as passes
        from {{ ref("fct_journey_passes") }}
        group by journey_id, tile_id
    ),

    paths as (
        select journey_id, tile_id, sum(passes) as passes
        from {{ ref("mart_journey_tile_paths") }}
        group by journey_id, tile_id
    ),

    reasons as (
        select journey_id, tile_id, sum(passes) as passes
        from {{ ref("mart_journey_tile_blocked") }}
        group by journey_id, tile_id
    )

select
    coalesce(volumes.journey_id, passes.journey_id) as journey_id,
    coalesce(volumes.tile_id, passes.tile_id) as tile_id,
    volumes.inflow,
    passes.passes,
    paths.passes as processed_by_path,
    reasons.passes as blocked_by_reason
from volumes
full outer join
    passes
    on volumes.journey_id = passes.journey_id
    and volumes.tile_id = passes.tile_id
left join
    paths on volumes.journey_id = paths.journey_id and volumes.tile_id = paths.tile_id
left join
    reasons
    on volumes.journey_id = reasons.journey_id
    and volumes.tile_id = reasons.tile_id
where
    coalesce(volumes.inflow, 0) <> coalesce(passes.passes, 0)
    or volumes.inflow
    <> volumes.processing + volumes.blocked + volumes.failed + volumes.processed
    or volumes.processed <> coalesce(paths.passes, 0)
    or volumes.blocked <> coalesce(reasons.passes, 0)
