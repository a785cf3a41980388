{{
    config(
        materialized="incremental",
        unique_key=["lead_id", "lead_scoring_model_id"],
    )
}}

with scores as (select * from {{ ref("int_lead_scores") }})

select lead_id, lead_scoring_model_id, score, grade, scored_at
from scores
