select scores.lead_id, leads.topic, leads.stage, scores.score, scores.grade, scores.scored_at
from mart_lead_scores as scores
left join mart_lead_insights as leads using (lead_id)
where scores.lead_scoring_model_id = $id
qualify row_number() over (order by scores.score desc nulls last, scores.lead_id) <= ceil(count(*) over () / 10.0)
