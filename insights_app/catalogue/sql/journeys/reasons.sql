select tile_id, state, coalesce(reason, '') as reason, count(*) as passes
from fct_journey_passes
where journey_id = $id and entry_date between $from and $to and (was_blocked or was_failed)
group by all
