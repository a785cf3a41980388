select page_address as url, count(*) as visits, count(distinct visitor_key) as visitors, max(occurred_at) as last_visit_at
from fct_website_visits
where website_id = $id and visit_date between $from and $to and not ($people and is_machine)
group by page_address
