{{
    config(
        materialized="incremental",
        unique_key=["segment_id", "snapshot_date"],
    )
}}

with
    snapshots as (select * from {{ ref("int_segment_snapshots") }}),

    counts as (select * from {{ ref("int_segment_member_counts") }}),

    -- Segments whose members the feed lists on some day. On a day when it lists no
    -- member of such a segment, the segment is empty.
    listed as (select distinct feed, segment_id from counts),

    days as (
        select listed.feed, listed.segment_id, snapshots.snapshot_date, snapshots.file
        from listed
        inner join snapshots on listed.feed = snapshots.feed
    )

select
    days.segment_id,
    days.snapshot_date,
    cast(sum(coalesce(counts.members, 0)) as {{ sql_type("bigint") }}) as members
from days
left join
    counts
    on days.segment_id = counts.segment_id
    and days.snapshot_date = counts.snapshot_date
    and days.feed = counts.feed
    and days.file = counts.file
group by days.segment_id, days.snapshot_date
