{{
    config(
        materialized="incremental",
        unique_key=["segment_id", "contact_id", "member_from"],
    )
}}

with
    lists as (select * from {{ ref("int_segment_member_lists") }}),

    snapshots as (select * from {{ ref("int_segment_snapshots") }}),

    member_days as (select * from {{ ref("int_segment_members") }}),

    changes as (
        select *
        from {{ ref("fct_segment_changes") }}
        where segment_id <> 'unknown' and contact_id <> 'unknown'
    ),

    merged as (select * from {{ ref("int_merged_contacts") }}),

    listed as (
        select distinct
            lists.segment_id,
            coalesce(merged.survivor_contact_id, lists.contact_id) as contact_id,
            lists.snapshot_date
        from lists
        inner join
            snapshots
            on lists.feed = snapshots.feed
            and lists.snapshot_date = snapshots.snapshot_date
            and lists.file = snapshots.file
        left join merged on lists.contact_id = merged.contact_id
    ),

    calendar as (
        select
            segment_id,
            snapshot_date,
            row_number() over (
                partition by segment_id order by snapshot_date
            ) as list_number,
            lead(snapshot_date) over (
                partition by segment_id order by snapshot_date
            ) as next_date
        from member_days
    ),

    listings as (
        select
            listed.segment_id,
            listed.contact_id,
            listed.snapshot_date,
            calendar.next_date,
            coalesce(
                lead(calendar.list_number) over (
                    partition by listed.segment_id, listed.contact_id
                    order by calendar.list_number
                )
                = calendar.list_number + 1,
                false
            ) as is_in_next
        from listed
        inner join
            calendar
            on listed.segment_id = calendar.segment_id
            and listed.snapshot_date = calendar.snapshot_date
    ),

    -- The last event of a day tells whether the contact is a member at its end.
    last_changes as (
        select
            *,
            row_number() over (
                partition by segment_id, contact_id, change_date
                order by occurred_at desc, interaction_id desc
            ) as recency
        from changes
    ),

    day_changes as (
        select segment_id, contact_id, change_date, has_joined
        from last_changes
        where recency = 1
    ),

    dates as (
        select segment_id, change_date as on_date, cast(null as date) as snapshot_date
        from day_changes
        group by segment_id, change_date
        union all
        select segment_id, snapshot_date as on_date, snapshot_date
        from calendar
    ),

    -- The first snapshot on or after the day of an event says whether a contact that
    -- joined is still a member.
    following as (
        select
            segment_id,
            on_date,
            snapshot_date,
            min(snapshot_date) over (
                partition by segment_id
                order by on_date, snapshot_date nulls first
                rows between current row and unbounded following
            ) as next_snapshot_date
        from dates
    ),

    unlisted as (
        select
            day_changes.segment_id,
            day_changes.contact_id,
            following.next_snapshot_date as on_date
        from day_changes
        inner join
            following
            on day_changes.segment_id = following.segment_id
            and day_changes.change_date = following.on_date
        left join
            listed
            on day_changes.segment_id = listed.segment_id
            and day_changes.contact_id = listed.contact_id
            and following.next_snapshot_date = listed.snapshot_date
        where
            day_changes.has_joined
            and following.snapshot_date is null
            and following.next_snapshot_date is not null
            and listed.contact_id is null
    ),

    -- A list by the CRM goes before events of its day.
    statements as (
        select
            segment_id,
            contact_id,
            snapshot_date as on_date,
            true as is_member,
            1 as place
        from listings
        union all
        select segment_id, contact_id, next_date, false, 1
        from listings
        where not is_in_next and next_date is not null
        union all
        select segment_id, contact_id, on_date, false, 1
        from unlisted
        union all
        select segment_id, contact_id, change_date, has_joined, 2
        from day_changes
    ),

    ranked as (
        select
            *,
            row_number() over (
                partition by segment_id, contact_id, on_date order by place
            ) as choice
        from statements
    ),

    neighbours as (
        select
            *,
            coalesce(
                lag(is_member) over (
                    partition by segment_id, contact_id order by on_date
                ),
                false
            ) as was_member
        from ranked
        where choice = 1
    ),

    turns as (
        select
            segment_id,
            contact_id,
            on_date as member_from,
            lead(on_date) over (
                partition by segment_id, contact_id order by on_date
            ) as member_until,
            is_member
        from neighbours
        where is_member <> was_member
    )

select
    segment_id,
    contact_id,
    member_from,
    coalesce(member_until, cast('9999-12-31' as date)) as member_until
from turns
where is_member
