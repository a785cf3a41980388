{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(["lead_id"], {"int_lead_stages_touched": none}),
    )
}}

with
    snapshots as (select * from {{ ref("int_lead_snapshots") }}),

    activities as (
        select *
        from {{ ref("int_activities") }}
        where interaction_type = 'lead_stage_changed' and lead_id is not null
    ),

    -- A snapshot describes the last microsecond of its day.
    statements as (
        select lead_id, interaction_id, occurred_at, stage, false as is_snapshot
        from activities
        where stage is not null
        union all
        select
            lead_id,
            {{ content_key(["lead_id", "snapshot_date", "'lead_stage_changed'"]) }}
            as interaction_id,
            {{ end_of_utc_date("snapshot_date") }} as occurred_at,
            stage,
            true as is_snapshot
        from snapshots
        where stage is not null
    ),

    of_leads as (
        select statements.* from statements where {{ is_touched("statements") }}
    ),

    compared as (
        select
            *,
            lag(stage) over (
                partition by lead_id order by occurred_at, is_snapshot, interaction_id
            ) as stage_before
        from of_leads
    )

-- Every event is a step of the history; a snapshot is a step only if its stage differs
-- from the one before.
select lead_id, interaction_id, occurred_at, stage_before, stage, is_snapshot
from compared
where not is_snapshot or stage_before is null or stage <> stage_before
