select lead_id, lead_id as title, topic, stage, status, contact_id, age_days, is_sales_ready
from mart_lead_insights
where lead_id = $id
