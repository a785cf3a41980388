{%- set before = previous("int_lead_stages") -%}

{{ config(meta=follows(none, {"int_lead_snapshots": none, "int_activities": none})) }}

with
    snapshots as (select * from {{ changes_of("int_lead_snapshots") }} as changed),

    changes as (
        select *
        from {{ changes_of("int_activities") }} as changed
        where interaction_type = 'lead_stage_changed' and lead_id is not null
    ),

    {%- if before %}
        ranked as (
            select
                lead_id,
                stage,
                occurred_at,
                row_number() over (
                    partition by lead_id
                    order by occurred_at desc, is_snapshot desc, interaction_id desc
                ) as recency
            from {{ before }}
        ),

        latest as (select * from ranked where recency = 1),

        -- A snapshot that repeats the stage already reached changes nothing.
        told as (
            select snapshots.lead_id
            from snapshots
            left join latest on snapshots.lead_id = latest.lead_id
            where
                latest.lead_id is null
                or snapshots.stage is null
                or snapshots.stage <> latest.stage
                or {{ end_of_utc_date("snapshots.snapshot_date") }}
                <= latest.occurred_at
        ),

    {%- endif %}
    leads as (
        select lead_id
        from changes
        union
        select lead_id
        from {%- if before %} told {%- else %} snapshots {%- endif %}
    )

select lead_id
from leads
