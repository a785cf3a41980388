with counted as (
    -- include counted_by_day
)

select
    -- include sums_of_deliverability
from counted
