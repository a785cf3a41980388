select scored_date as day, leads_processed
from mart_lead_scoring_daily
where lead_scoring_model_id = $id and scored_date between $from and $to
order by day
