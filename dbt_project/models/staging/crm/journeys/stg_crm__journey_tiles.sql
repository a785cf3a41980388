with
    source as (select * from {{ source("raw", "crm_journey_tiles") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.journey_id") }} as journey_id,
            {{ trimmed("source.tile_id") }} as tile_id,
            {{ trimmed("source.tile_type") }} as tile_type,
            {{ without_addresses(trimmed("source.name")) }} as name,
            {{ trimmed("source.parent_tile_id") }} as parent_tile_id,
            {{ trimmed("source.parent_path") }} as parent_path,
            {{ trimmed("source.email_id") }} as email_id,
            source.sort_order
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select
            cleaned.*, {{ recency_in_snapshot(["journey_id", "tile_id"]) }} as recency
        from cleaned
    )
select
    snapshot_date,
    feed,
    file,
    line_number,
    journey_id,
    tile_id,
    tile_type,
    name,
    parent_tile_id,
    parent_path,
    email_id,
    sort_order
from ranked
where recency = 1
