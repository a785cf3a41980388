select snapshot_date as day, members_joined, members_left
from mart_segment_daily
where segment_id = $id and snapshot_date between $from and $to
order by day
