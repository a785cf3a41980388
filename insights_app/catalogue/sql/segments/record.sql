select segment_id, coalesce(any_value(name), segment_id) as title, any_value(segment_type) as segment_type
from (
    select segment_id, name, segment_type from dim_segment where segment_id = $id
    union all
    select distinct segment_id, null, null from mart_segment_daily where segment_id = $id
)
group by segment_id
