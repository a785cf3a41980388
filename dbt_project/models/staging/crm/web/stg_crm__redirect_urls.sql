with
    source as (select * from {{ source("raw", "crm_redirect_urls") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.redirect_url_id") }} as redirect_url_id,
            {{ without_addresses(trimmed("source.name")) }} as name,
            {{ trimmed("source.path") }} as path,
            {{ trimmed("source.target_url") }} as target_url
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select cleaned.*, {{ recency_in_snapshot(["redirect_url_id"]) }} as recency
        from cleaned
    )
select snapshot_date, feed, file, line_number, redirect_url_id, name, path, target_url
from ranked
where recency = 1
