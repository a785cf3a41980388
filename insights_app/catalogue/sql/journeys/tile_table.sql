select
    tiles.tile_id,
    coalesce(tiles.name, tiles.tile_id) as tile,
    tiles.tile_type,
    sum(tiles.inflow)::bigint as inflow,
    sum(tiles.processing)::bigint as processing,
    sum(tiles.blocked)::bigint as blocked,
    sum(tiles.failed)::bigint as failed,
    sum(tiles.processed)::bigint as processed
from mart_journey_tile_volumes_daily as tiles
where tiles.journey_id = $id and tiles.entry_date between $from and $to
group by tiles.tile_id, tile, tiles.tile_type
