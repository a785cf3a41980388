with
    source as (select * from {{ source("raw", "crm_lead_scoring_models") }}),
    files as (select * from {{ source("raw", "files") }}),
    cleaned as (
        select
            source.snapshot_date,
            source.feed,
            files.file,
            source.line_number,
            {{ trimmed("source.lead_scoring_model_id") }} as lead_scoring_model_id,
            {{ without_addresses(trimmed("source.name")) }} as name,
            {{ trimmed("source.status") }} as status,
            source.sales_ready_score
        from source
        left join files on source.file_id = files.file_id
    ),
    ranked as (
        select
            cleaned.*, {{ recency_in_snapshot(["lead_scoring_model_id"]) }} as recency
        from cleaned
    )
select
    snapshot_date,
    feed,
    file,
    line_number,
    lead_scoring_model_id,
    name,
    status,
    sales_ready_score
from ranked
where recency = 1
