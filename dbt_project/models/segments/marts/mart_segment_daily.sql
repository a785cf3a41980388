{{
    config(
        materialized="incremental",
        unique_key=["segment_id", "snapshot_date"],
    )
}}

with
    segments as (select * from {{ ref("dim_segment") }}),

    as_of as (select * from {{ ref("int_as_of_day") }}),

    first_seen as (select * from {{ ref("int_segments_first_seen") }}),

    changes as (select * from {{ ref("fct_segment_changes") }}),

    crm_members as (select * from {{ ref("int_segment_members") }}),

    counts as (select * from {{ ref("int_segment_counts") }}),

    flows as (
        select
            segment_id,
            change_date,
            count(case when has_joined then 1 end) as members_joined,
            count(case when has_left then 1 end) as members_left
        from changes
        group by segment_id, change_date
    ),

    -- The number of members that a source states for a day. A list of members from the
    -- CRM takes precedence over a stated count.
    known_members as (
        select
            coalesce(crm_members.segment_id, counts.segment_id) as segment_id,
            coalesce(crm_members.snapshot_date, counts.counted_date) as known_date,
            coalesce(crm_members.members, counts.members) as members
        from crm_members
        full outer join
            counts
            on crm_members.segment_id = counts.segment_id
            and crm_members.snapshot_date = counts.counted_date
    ),

    -- If the CRM lists no member of a segment, that does not show that the segment
    -- exists.
    appearances as (
        select segment_id, first_date as seen_date
        from first_seen
        union all
        select segment_id, snapshot_date as seen_date
        from crm_members
        where members > 0
        union all
        select segment_id, counted_date as seen_date
        from counts
        union all
        select segment_id, change_date as seen_date
        from flows
    ),

    spans as (
        select appearances.segment_id, min(appearances.seen_date) as first_date
        from appearances
        group by appearances.segment_id
    ),

    numbers as ({{ whole_numbers(5) }}),

    days as (
        select
            spans.segment_id,
            cast(
                {{ dbt.dateadd("day", "numbers.number", "spans.first_date") }} as date
            ) as snapshot_date
        from spans
        cross join as_of
        inner join
            numbers
            on numbers.number
            <= {{ dbt.datediff("spans.first_date", "as_of.as_of_date", "day") }}
    ),

    -- Each day with a stated number of members begins a spell; joins and leaves are
    -- added up from there.
    spells as (
        select
            days.segment_id,
            days.snapshot_date,
            known_members.members as known,
            coalesce(flows.members_joined, 0) as members_joined,
            coalesce(flows.members_left, 0) as members_left,
            count(known_members.members) over (
                partition by days.segment_id
                order by days.snapshot_date
                rows between unbounded preceding and current row
            ) as spell
        from days
        left join
            known_members
            on days.segment_id = known_members.segment_id
            and days.snapshot_date = known_members.known_date
        left join
            flows
            on days.segment_id = flows.segment_id
            and days.snapshot_date = flows.change_date
    ),

    counted as (
        select
            segment_id,
            snapshot_date,
            cast(
                coalesce(max(known) over (partition by segment_id, spell), 0)
                + sum(
                    case
                        when known is null then members_joined - members_left else 0
                    end
                ) over (
                    partition by segment_id, spell
                    order by snapshot_date
                    rows between unbounded preceding and current row
                ) as {{ sql_type("bigint") }}
            ) as members,
            members_joined,
            members_left
        from spells
    )

select counted.*, segments.name as segment_name
from counted
left join segments on counted.segment_id = segments.segment_id
