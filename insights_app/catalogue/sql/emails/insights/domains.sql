select
    recipient_domain,
    count(case when was_sent then 1 end) as sent,
    count(case when was_bounced then 1 end) as bounced_total,
    count(case when was_bounced_hard then 1 end) as bounced_hard,
    count(case when was_delivered then 1 end) as delivered,
    count(case when (was_opened and not $people) or was_opened_human then 1 end) as opened_unique,
    count(case when (was_clicked and not $people) or was_clicked_human then 1 end) as clicked_unique,
    count(case when was_feedback_loop then 1 end) as feedback_loops
from fct_email_messages
where email_id = $id and send_date between $from and $to and ($journey is null or journey_id = $journey)
group by recipient_domain
