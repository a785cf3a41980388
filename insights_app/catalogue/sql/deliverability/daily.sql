with counted as (
    -- include counted_by_day
),

days as (
    select
        send_date as day,
        -- include sums_of_deliverability
    from counted
    group by day
)

select
    *,
    bounced_total / nullif(sent, 0) as bounce_rate,
    feedback_loops / nullif(delivered, 0) as complaint_rate,
    unsubscribed / nullif(delivered, 0) as unsubscribe_rate
from days
order by day
