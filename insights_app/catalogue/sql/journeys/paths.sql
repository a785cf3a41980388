select
    passes.tile_id,
    coalesce(any_value(tiles.name), passes.tile_id) as tile,
    coalesce(passes.path, 'unknown') as path,
    count(*) as passes
from fct_journey_passes as passes
left join dim_journey_tile as tiles on passes.journey_id = tiles.journey_id and passes.tile_id = tiles.tile_id
where passes.journey_id = $id and passes.entry_date between $from and $to and passes.was_processed
group by passes.tile_id, passes.path
