select
    count(*) as entered,
    count(case when is_in_progress then 1 end) as in_progress,
    count(case when was_completed then 1 end) as completed,
    count(case when was_stopped then 1 end) as stopped
from fct_journey_participations
where journey_id = $id and cast(entered_at as date) between $from and $to
