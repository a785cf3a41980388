select lead_scoring_model_id, coalesce(any_value(name), lead_scoring_model_id) as title, any_value(status) as status, any_value(sales_ready_score) as sales_ready_score
from (
    select lead_scoring_model_id, name, status, sales_ready_score from dim_lead_scoring_model where lead_scoring_model_id = $id
    union all
    select distinct lead_scoring_model_id, null, null, null from mart_lead_scoring_daily where lead_scoring_model_id = $id
)
group by lead_scoring_model_id
