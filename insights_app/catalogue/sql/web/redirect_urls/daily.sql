select click_date as day, sum(case when $people then clicks_human else clicks end)::bigint as clicks
from mart_redirect_url_daily
where redirect_url_id = $id and click_date between $from and $to
group by day
order by day
