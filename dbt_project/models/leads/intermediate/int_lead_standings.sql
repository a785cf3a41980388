{{
    config(
        materialized="incremental",
        unique_key="lead_id",
    )
}}

with
    stages as (select * from {{ ref("int_lead_stages") }}),

    ranked as (
        select
            lead_id,
            stage,
            row_number() over (
                partition by lead_id
                order by occurred_at desc, is_snapshot desc, interaction_id desc
            ) as recency
        from stages
    )

select lead_id, stage
from ranked
where recency = 1
