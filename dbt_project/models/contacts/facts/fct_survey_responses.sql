{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key="interaction_id",
        meta={
            "touched_by": "int_activity_changes",
            "touched_columns": ["interaction_id"],
        },
    )
}}

-- depends_on: {{ ref("int_activity_changes") }}
with
    activities as (
        select *
        from {{ ref("int_activities") }}
        where
            interaction_type = 'survey_responded'
            {%- if is_incremental() %}
                and interaction_id
                in (select interaction_id from {{ ref("int_activity_changes") }})
            {%- endif %}
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
