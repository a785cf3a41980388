select leads.*, coalesce(kpis.suppression_status, 'none') as suppression_status, kpis.suppressed_until
from mart_lead_insights as leads
left join mart_contact_email_kpis as kpis using (contact_id)
where leads.lead_id = $id
