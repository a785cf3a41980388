select
    visit_date as day,
    count(*) as visits,
    count(case when is_session_start then 1 end) as sessions
from fct_website_visits
where website_id = $id and visit_date between $from and $to and not ($people and is_machine)
group by day
order by day
