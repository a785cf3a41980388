with
    source as (select * from {{ source("raw", "crm_accounts") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.account_id") }} as account_id,
            {{ trimmed("source.name") }} as name
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select cleaned.*, {{ recency_in_snapshot(["account_id"]) }} as recency
        from cleaned
    )
select snapshot_date, feed, file, line_number, account_id, name
from ranked
where recency = 1
