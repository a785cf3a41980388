{{
    config(
        materialized="incremental",
        unique_key=["lead_scoring_model_id", "scored_date"],
    )
}}

with scores as (select * from {{ ref("fct_lead_scores") }})

select lead_scoring_model_id, scored_date, {{ kpi_counts("lead_scores") }}
from scores
group by lead_scoring_model_id, scored_date
