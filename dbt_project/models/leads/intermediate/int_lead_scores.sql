{{
    config(
        materialized="incremental",
        unique_key=["lead_id", "lead_scoring_model_id"],
    )
}}

with
    scores as (select * from {{ ref("fct_lead_scores") }}),

    models as (select * from {{ ref("int_lead_scoring_models") }}),

    ranked as (
        select
            *,
            row_number() over (
                partition by lead_id, lead_scoring_model_id
                order by scored_at desc, interaction_id desc
            ) as recency
        from scores
    ),

    latest as (select * from ranked where recency = 1)

-- The threshold of the scoring model decides whether a lead is sales-ready; if it has
-- none, the event does.
select
    latest.lead_id,
    latest.lead_scoring_model_id,
    latest.score,
    latest.grade,
    latest.scored_at,
    case
        when models.sales_ready_score is not null
        then coalesce(latest.score >= models.sales_ready_score, false)
        else latest.was_called_sales_ready
    end as is_sales_ready
from latest
left join models on latest.lead_scoring_model_id = models.lead_scoring_model_id
