with
    source as (select * from {{ source("raw", "crm_pages") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.page_id") }} as page_id,
            {{ without_addresses(trimmed("source.name")) }} as name,
            {{ trimmed("source.url") }} as url,
            {{ trimmed("source.form_id") }} as form_id
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select cleaned.*, {{ recency_in_snapshot(["page_id"]) }} as recency from cleaned
    )
select snapshot_date, feed, file, line_number, page_id, name, url, form_id
from ranked
where recency = 1
