with
    source as (select * from {{ source("raw", "crm_forms") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.form_id") }} as form_id,
            {{ without_addresses(trimmed("source.name")) }} as name
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select cleaned.*, {{ recency_in_snapshot(["form_id"]) }} as recency from cleaned
    )
select snapshot_date, feed, file, line_number, form_id, name
from ranked
where recency = 1
