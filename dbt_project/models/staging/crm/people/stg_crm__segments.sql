with
    source as (select * from {{ source("raw", "crm_segments") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.segment_id") }} as segment_id,
            {{ without_addresses(trimmed("source.name")) }} as name,
            source.segment_type
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select cleaned.*, {{ recency_in_snapshot(["segment_id"]) }} as recency
        from cleaned
    )
select snapshot_date, feed, file, line_number, segment_id, name, segment_type
from ranked
where recency = 1
