with
    source as (select * from {{ source("raw", "crm_websites") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.website_id") }} as website_id,
            {{ without_addresses(trimmed("source.name")) }} as name,
            {{ trimmed("source.hosts") }} as hosts
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select cleaned.*, {{ recency_in_snapshot(["website_id"]) }} as recency
        from cleaned
    )
select snapshot_date, feed, file, line_number, website_id, name, hosts
from ranked
where recency = 1
