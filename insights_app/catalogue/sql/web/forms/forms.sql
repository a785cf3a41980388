select kpis.form_id, coalesce(forms.name, kpis.form_id) as form, kpis.visits, kpis.visits_human, kpis.visitors, kpis.submissions, kpis.contacts_created, kpis.leads_created, kpis.conversion_rate
from mart_form_kpis as kpis
left join dim_form as forms using (form_id)
