{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["interaction_id"],
            {"int_activities": {"where": "interaction_type = 'lead_scored'"}},
        ),
    )
}}

with
    activities as (
        select activities.*
        from {{ ref("int_activities") }} as activities
        where
            activities.interaction_type = 'lead_scored'
            and {{ is_touched("activities") }}
    )

select
    interaction_id,
    coalesce(lead_id, 'unknown') as lead_id,
    coalesce(lead_scoring_model_id, 'unknown') as lead_scoring_model_id,
    coalesce(contact_id, 'unknown') as contact_id,
    score,
    grade,
    coalesce(is_sales_ready, false) as was_called_sales_ready,
    occurred_at as scored_at,
    interaction_date as scored_date
from activities
