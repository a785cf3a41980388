with
    passes as (
        select tile_id, path, is_processing, was_blocked, was_failed, was_processed
        from fct_journey_passes
        where journey_id = $id and entry_date between $from and $to
    ),

    volumes as (
        select
            tile_id,
            count(*) as inflow,
            count(case when is_processing then 1 end) as processing,
            count(case when was_blocked then 1 end) as blocked,
            count(case when was_failed then 1 end) as failed,
            count(case when was_processed then 1 end) as processed
        from passes
        group by tile_id
    ),

    tiles as (
        select tile_id, tile_type, name, parent_tile_id, parent_path, sort_order, email_id
        from dim_journey_tile
        where journey_id = $id
        union all
        select volumes.tile_id, null, null, null, null, null, null
        from volumes
        where volumes.tile_id not in (select tile_id from dim_journey_tile where journey_id = $id)
    )

select
    tiles.*,
    emails.name as email,
    volumes.inflow,
    volumes.processing,
    volumes.blocked,
    volumes.failed,
    volumes.processed,
    coalesce(volumes.inflow, 0) as flow
from tiles
left join volumes using (tile_id)
left join dim_email as emails using (email_id)
order by tiles.sort_order nulls last, tiles.tile_id
