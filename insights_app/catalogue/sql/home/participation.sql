select
    count(*) as entered,
    count(case when was_completed then 1 end) as completed,
    count(case when was_stopped then 1 end) as stopped
from fct_journey_participations
where cast(entered_at as date) between $from and $to and ($journey is null or journey_id = $journey)
