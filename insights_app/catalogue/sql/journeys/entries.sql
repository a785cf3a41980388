select
    cast(entered_at as date) as day,
    count(*) as entered,
    count(case when was_completed then 1 end) as completed
from fct_journey_participations
where journey_id = $id and cast(entered_at as date) between $from and $to
group by day
order by day
