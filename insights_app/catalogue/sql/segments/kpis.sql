select
    arg_max(members, snapshot_date) as members,
    sum(members_joined)::bigint as members_joined,
    sum(members_left)::bigint as members_left
from mart_segment_daily
where segment_id = $id and snapshot_date between $from and $to
