select
    leads.lead_id,
    leads.topic,
    leads.contact_id,
    leads.stage,
    leads.status,
    leads.age_days,
    leads.created_at,
    leads.is_sales_ready,
    scores.best_score
from mart_lead_insights as leads
left join (select lead_id, max(score) as best_score from mart_lead_scores group by lead_id) as scores using (lead_id)
