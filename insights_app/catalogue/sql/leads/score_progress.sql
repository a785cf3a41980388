select
    scores.scored_at as scored_at,
    coalesce(models.name, scores.lead_scoring_model_id) as model,
    max(scores.score) as score
from fct_lead_scores as scores
left join dim_lead_scoring_model as models using (lead_scoring_model_id)
where scores.lead_id = $id and scores.scored_date between $from and $to
group by all
order by scored_at, model
