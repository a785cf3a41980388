select visit_date as day, sum(case when $people then visits_human else visits end)::bigint as visits, sum(sessions)::bigint as sessions
from mart_website_daily
where website_id = $id and visit_date between $from and $to
group by day
order by day
