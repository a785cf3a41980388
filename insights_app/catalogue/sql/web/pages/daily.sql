select
    interaction_date as day,
    sum(case when $people then visits_human else visits end)::bigint as visits,
    sum(submissions)::bigint as submissions
from mart_page_kpis_daily
where page_id = $id and interaction_date between $from and $to and ($journey is null or journey_id = $journey)
group by day
order by day
