select scored_at as scored_at, max(score) as score
from fct_lead_scores
where lead_id = $id and scored_date between $from and $to
group by scored_at
order by scored_at
