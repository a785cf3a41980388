with
    source as (select * from {{ source("raw", "crm_journeys") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.journey_id") }} as journey_id,
            {{ without_addresses(trimmed("source.name")) }} as name,
            {{ trimmed("source.status") }} as status,
            source.started_at,
            source.ended_at,
            source.is_recurring
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select cleaned.*, {{ recency_in_snapshot(["journey_id"]) }} as recency
        from cleaned
    )
select
    snapshot_date,
    feed,
    file,
    line_number,
    journey_id,
    name,
    status,
    started_at,
    ended_at,
    is_recurring
from ranked
where recency = 1
