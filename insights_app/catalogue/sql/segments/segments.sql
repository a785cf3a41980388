select
    days.segment_id,
    coalesce(segments.name, days.segment_id) as segment,
    segments.segment_type,
    arg_max(days.members, days.snapshot_date) as members,
    sum(days.members_joined)::bigint as members_joined,
    sum(days.members_left)::bigint as members_left
from mart_segment_daily as days
left join dim_segment as segments using (segment_id)
group by days.segment_id, segment, segments.segment_type
