select
    scores.lead_scoring_model_id,
    coalesce(models.name, scores.lead_scoring_model_id) as model,
    models.status,
    models.sales_ready_score,
    count(*) as leads,
    avg(scores.score) as average_score,
    count(case when scores.score >= models.sales_ready_score then 1 end) as sales_ready
from mart_lead_scores as scores
left join dim_lead_scoring_model as models using (lead_scoring_model_id)
group by all
