{{
    config(
        materialized="incremental",
        unique_key=["lead_id", "lead_scoring_model_id"],
    )
}}

with
    models as (select * from {{ ref("dim_lead_scoring_model") }}),

    scores as (select * from {{ ref("int_lead_scores") }}),

    counted as (
        select lead_id, lead_scoring_model_id, score, grade, scored_at from scores
    )

select counted.*, models.name as lead_scoring_model_name
from counted
left join models on counted.lead_scoring_model_id = models.lead_scoring_model_id
