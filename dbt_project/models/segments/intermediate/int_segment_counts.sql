{{
    config(
        materialized="incremental",
        unique_key=["segment_id", "counted_date"],
    )
}}

with
    activities as (select * from {{ ref("int_activities") }}),

    counts as (
        select
            interaction_id,
            occurred_at,
            coalesce(segment_id, 'unknown') as segment_id,
            interaction_date as counted_date,
            members_count
        from activities
        where interaction_type = 'segment_members_counted' and members_count is not null
    ),

    ranked as (
        select
            *,
            row_number() over (
                partition by segment_id, counted_date
                order by occurred_at desc, interaction_id
            ) as recency
        from counts
    )

select segment_id, counted_date, members_count as members
from ranked
where recency = 1
