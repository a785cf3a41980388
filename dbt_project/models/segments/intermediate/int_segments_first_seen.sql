{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key="segment_id",
    )
}}

with
    snapshots as (select * from {{ ref("stg_crm__segments") }}),

    seen as (
        select segment_id, snapshot_date
        from snapshots
        {%- if is_incremental() %}
            union all
            select segment_id, first_date as snapshot_date
            from {{ this }}
            where segment_id in (select segment_id from snapshots)
        {%- endif %}
    )

select segment_id, min(snapshot_date) as first_date
from seen
group by segment_id
