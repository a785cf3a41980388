with days as (
    select
        send_date as day,
        count(case when was_sent then 1 end) as sent,
        count(case when was_delivered then 1 end) as delivered,
        count(case when was_bounced_hard then 1 end) as bounced_hard,
        count(case when was_bounced_soft then 1 end) as bounced_soft,
        count(case when was_bounced_other then 1 end) as bounced_other,
        count(case when was_blocked then 1 end) as blocked,
        count(case when was_feedback_loop then 1 end) as feedback_loops,
        count(case when was_unsubscribed then 1 end) as unsubscribed
    from fct_email_messages
    where
        send_date between $from and $to
        and ($domain is null or recipient_domain = $domain)
        and ($feed is null or feed = $feed)
    group by day
)

select
    *,
    (bounced_hard + bounced_soft + bounced_other) / nullif(sent, 0) as bounce_rate,
    feedback_loops / nullif(delivered, 0) as complaint_rate,
    unsubscribed / nullif(delivered, 0) as unsubscribe_rate
from days
order by day
