with
    source as (select * from {{ source("raw", "crm_contacts") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.contact_id") }} as contact_id,
            {{ lower_text(trimmed("source.email")) }} as email,
            {{ trimmed("source.first_name") }} as first_name,
            {{ trimmed("source.last_name") }} as last_name,
            {{ trimmed("source.account_id") }} as account_id,
            {{ trimmed("source.country") }} as country,
            source.created_at,
            source.do_not_bulk_email,
            source.consent_level,
            {{ lower_text(trimmed("source.additional_emails")) }} as additional_emails,
            {{ trimmed("source.merged_into") }} as merged_into
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select cleaned.*, {{ recency_in_snapshot(["contact_id"]) }} as recency
        from cleaned
    )
select
    snapshot_date,
    feed,
    file,
    line_number,
    contact_id,
    email,
    first_name,
    last_name,
    account_id,
    country,
    created_at,
    do_not_bulk_email,
    consent_level,
    additional_emails,
    merged_into
from ranked
where recency = 1
