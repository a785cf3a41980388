{{
    config(
        materialized="incremental",
        unique_key="interaction_id",
        meta=follows(
            ["interaction_id"],
            {"int_activities": {"where": "interaction_type = 'survey_responded'"}},
        ),
    )
}}

with
    activities as (
        select *
        from {{ ref("int_activities") }} as activities
        where interaction_type = 'survey_responded' and {{ is_touched("activities") }}
    )

select
    interaction_id,
    feed,
    coalesce(contact_id, 'unknown') as contact_id,
    coalesce(survey_id, 'unknown') as survey_id,
    occurred_at,
    score,
    properties as answers
from activities
