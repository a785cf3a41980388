select
    interaction_date as day,
    sum(case when $people then visits_human else visits end)::bigint as visits,
    sum(submissions)::bigint as submissions
from mart_form_kpis_daily
where form_id = $id and interaction_date between $from and $to
group by day
order by day
