with
    source as (select * from {{ source("raw", "crm_leads") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.lead_id") }} as lead_id,
            {{ trimmed("source.contact_id") }} as contact_id,
            {{ trimmed("source.account_id") }} as account_id,
            -- Mask addresses: people write them into topics of leads.
            {{ without_addresses(trimmed("source.topic")) }} as topic,
            {{ trimmed("source.stage") }} as stage,
            source.status,
            source.created_at,
            source.closed_at,
            {{ trimmed("source.source_email_id") }} as source_email_id,
            {{ trimmed("source.source_journey_id") }} as source_journey_id,
            {{ trimmed("source.source_page_id") }} as source_page_id,
            {{ trimmed("source.source_form_id") }} as source_form_id
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select cleaned.*, {{ recency_in_snapshot(["lead_id"]) }} as recency from cleaned
    )
select
    snapshot_date,
    feed,
    file,
    line_number,
    lead_id,
    contact_id,
    account_id,
    topic,
    stage,
    status,
    created_at,
    closed_at,
    source_email_id,
    source_journey_id,
    source_page_id,
    source_form_id
from ranked
where recency = 1
