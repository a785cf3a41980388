select
    leads.lead_id,
    leads.topic,
    leads.contact_id,
    leads.stage,
    leads.status,
    leads.age_days,
    leads.created_at,
    leads.is_sales_ready,
    (select max(scores.score) from mart_lead_scores as scores where scores.lead_id = leads.lead_id) as best_score
from mart_lead_insights as leads
