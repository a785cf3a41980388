{{
    config(
        materialized="incremental",
        unique_key="lead_scoring_model_id",
    )
}}

with
    known as (select * from {{ ref("int_lead_scoring_models") }}),

    ids as ({{ dimension_ids("lead_scoring_model", "known", "lead_scoring_model_id") }})

select ids.lead_scoring_model_id, known.name, known.status, known.sales_ready_score
from ids
left join known on ids.lead_scoring_model_id = known.lead_scoring_model_id
