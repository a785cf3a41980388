select lead_id, coalesce(topic, lead_id) as title, stage, status, contact_id, age_days, is_sales_ready
from mart_lead_insights
where lead_id = $id
