{{
    config(
        materialized="incremental",
        incremental_strategy="upsert",
        unique_key=["segment_id", "snapshot_date", "feed", "file"],
    )
}}

with
    members as (select * from {{ ref("stg_crm__segment_members") }}),

    {#- Of these files only some records are read again, and their counts stay as they were. -#}
    read_in_part as (
        select feed, snapshot_date, file
        from {{ source("raw", "retracted") }}
        where snapshot_date is not null
        group by feed, snapshot_date, file
    )

-- Keep counts, not members: each file lists every member, and one build reads it whole.
select
    members.segment_id,
    members.snapshot_date,
    members.feed,
    members.file,
    count(*) as members
from members
left join
    read_in_part
    on members.feed = read_in_part.feed
    and members.snapshot_date = read_in_part.snapshot_date
    and members.file = read_in_part.file
where {% if is_incremental() %} read_in_part.file is null {% else %} true {% endif %}
group by members.segment_id, members.snapshot_date, members.feed, members.file
