with
    files as (
        select *, '/' || lower(file) as lower_file
        from {{ source("raw", "files") }}
        where adapter = 'crm' and not file_quarantined
    ),

    counts as (select * from {{ ref("int_segment_member_counts") }}),

    -- A file lists all members as of its day. Where a feed has several files for a day,
    -- use the last by name.
    snapshots as (
        select feed, arrival_date as snapshot_date, max(file) as file
        from files
        where
            lower_file like '%/segment~_members' escape '~'
            or lower_file like '%/segment~_members.%' escape '~'
        group by feed, arrival_date
    ),

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
