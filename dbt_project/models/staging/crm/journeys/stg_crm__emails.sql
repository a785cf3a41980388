with
    source as (select * from {{ source("raw", "crm_emails") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.email_id") }} as email_id,
            {{ without_addresses(trimmed("source.name")) }} as name,
            {{ without_addresses("source.subject") }} as subject,
            source.html
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select cleaned.*, {{ recency_in_snapshot(["email_id"]) }} as recency
        from cleaned
    )
select snapshot_date, feed, file, line_number, email_id, name, subject, html
from ranked
where recency = 1
