{{
    config(
        materialized="incremental",
        unique_key=["lead_scoring_model_id", "scored_date"],
    )
}}

with
    models as (select * from {{ ref("dim_lead_scoring_model") }}),

    scores as (select * from {{ ref("fct_lead_scores") }}),

    counted as (
        select lead_scoring_model_id, scored_date, {{ kpi_counts("lead_scores") }}
        from scores
        group by lead_scoring_model_id, scored_date
    )

select counted.*, models.name as lead_scoring_model_name
from counted
left join models on counted.lead_scoring_model_id = models.lead_scoring_model_id
