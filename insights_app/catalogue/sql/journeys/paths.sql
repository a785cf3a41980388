select tile_id, coalesce(path, 'unknown') as path, count(*) as passes
from fct_journey_passes
where journey_id = $id and entry_date between $from and $to and was_processed
group by all
