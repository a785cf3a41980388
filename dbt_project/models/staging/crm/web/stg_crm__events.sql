with
    source as (select * from {{ source("raw", "crm_events") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.event_id") }} as event_id,
            {{ without_addresses(trimmed("source.name")) }} as name,
            source.starts_at,
            source.ends_at
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select cleaned.*, {{ recency_in_snapshot(["event_id"]) }} as recency
        from cleaned
    )
select snapshot_date, feed, file, line_number, event_id, name, starts_at, ends_at
from ranked
where recency = 1
