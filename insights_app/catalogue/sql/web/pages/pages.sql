select kpis.page_id, coalesce(pages.name, kpis.page_id) as page, pages.url, kpis.visits, kpis.visits_human, kpis.visitors, kpis.submissions, kpis.leads_created, kpis.conversion_rate
from mart_page_kpis as kpis
left join dim_page as pages using (page_id)
