select
    recipient_domain,
    count(case when was_sent then 1 end) as sent,
    count(case when was_delivered then 1 end) as delivered,
    count(case when was_bounced then 1 end) as bounced_total,
    count(case when was_bounced_hard then 1 end) as bounced_hard,
    count(case when was_bounced_soft then 1 end) as bounced_soft,
    count(case when was_feedback_loop then 1 end) as feedback_loops,
    count(case when was_unsubscribed then 1 end) as unsubscribed
from fct_email_messages
where send_date between $from and $to and ($feed is null or feed = $feed)
group by recipient_domain
