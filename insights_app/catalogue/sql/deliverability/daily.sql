select
    send_date as day,
    sum(bounced_total) / nullif(sum(sent), 0) as bounce_rate,
    sum(feedback_loops) / nullif(sum(delivered), 0) as complaint_rate,
    sum(unsubscribed) / nullif(sum(delivered), 0) as unsubscribe_rate
from mart_email_kpis_daily
where send_date between $from and $to
group by day
order by day
