select
    tiles.journey_id,
    coalesce(journeys.name, tiles.journey_id) as journey,
    tiles.tile_id,
    tiles.tile_type,
    coalesce(tiles.name, tiles.tile_id) as tile,
    tiles.parent_tile_id,
    tiles.parent_path,
    tiles.email_id,
    emails.name as email
from dim_journey_tile as tiles
left join dim_journey as journeys using (journey_id)
left join dim_email as emails using (email_id)
where tiles.journey_id in (select journey_id from dim_journey_tile where email_id = $id)
order by journey, tiles.journey_id, tiles.sort_order nulls last, tiles.tile_id
