select journey_id, coalesce(name, journey_id) as title, status, started_at, ended_at, is_recurring
from (
    select journey_id, name, status, started_at, ended_at, is_recurring from dim_journey where journey_id = $id
    union all
    select journey_id, name, null, null, null, null from mart_journey_kpis where journey_id = $id
)
order by status nulls last
limit 1
