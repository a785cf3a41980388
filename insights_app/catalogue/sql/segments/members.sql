select snapshot_date as day, members
from mart_segment_daily
where segment_id = $id and snapshot_date between $from and $to
order by day
