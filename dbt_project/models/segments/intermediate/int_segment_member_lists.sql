{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["segment_id", "contact_id", "snapshot_date", "feed", "file"],
    )
}}

with members as (select * from {{ ref("stg_crm__segment_members") }})

select distinct segment_id, contact_id, snapshot_date, feed, file
from members
where segment_id is not null and contact_id is not null
