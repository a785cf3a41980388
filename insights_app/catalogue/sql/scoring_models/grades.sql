select coalesce(grade, 'no grade') as grade, count(*) as leads
from mart_lead_scores
where lead_scoring_model_id = $id
group by grade
order by grade
