select scores.lead_scoring_model_id, coalesce(models.name, scores.lead_scoring_model_id) as model, scores.score, scores.grade, scores.scored_at, models.sales_ready_score
from mart_lead_scores as scores
left join dim_lead_scoring_model as models using (lead_scoring_model_id)
where scores.lead_id = $id
