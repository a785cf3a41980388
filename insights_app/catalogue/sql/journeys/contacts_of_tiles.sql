select
    passes.contact_id,
    coalesce(tiles.name, passes.tile_id) as tile,
    passes.state,
    passes.reason,
    passes.path,
    passes.entered_at,
    passes.left_at
from fct_journey_passes as passes
left join dim_journey_tile as tiles on passes.journey_id = tiles.journey_id and passes.tile_id = tiles.tile_id
where
    passes.journey_id = $id
    and passes.entry_date between $from and $to
    and ($tile is null or passes.tile_id = $tile)
    and ($state is null or passes.state = $state)
