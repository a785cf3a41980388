with
    source as (select * from {{ source("raw", "crm_segment_members") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.segment_id") }} as segment_id,
            {{ trimmed("source.contact_id") }} as contact_id
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select
            cleaned.*,
            {{ recency_in_snapshot(["feed", "segment_id", "contact_id"]) }} as recency
        from cleaned
    )
select snapshot_date, feed, file, line_number, segment_id, contact_id
from ranked
where recency = 1
