{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["segment_id", "snapshot_date", "feed", "file"],
    )
}}

with members as (select * from {{ ref("stg_crm__segment_members") }})

-- Counts only: a file lists every member on every day, and is read whole in one build.
select segment_id, snapshot_date, feed, file, count(*) as members
from members
group by segment_id, snapshot_date, feed, file
