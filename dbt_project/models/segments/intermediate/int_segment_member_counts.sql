{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["segment_id", "snapshot_date", "feed", "file"],
    )
}}

with members as (select * from {{ ref("stg_crm__segment_members") }})

-- Keep counts, not members: each file lists every member, and one build reads it whole.
select segment_id, snapshot_date, feed, file, count(*) as members
from members
group by segment_id, snapshot_date, feed, file
