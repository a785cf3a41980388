-- From the mart of what is chosen; only where both are, from the messages themselves.
select send_date, targeted, blocked, sent, delivered, bounced_total, bounced_hard, bounced_soft, bounced_other, feedback_loops, unsubscribed
from mart_email_kpis_daily
where $domain is null and $feed is null and send_date between $from and $to
union all
select send_date, targeted, blocked, sent, delivered, bounced_total, bounced_hard, bounced_soft, bounced_other, feedback_loops, unsubscribed
from mart_email_domains_daily
where $feed is null and recipient_domain = $domain and send_date between $from and $to
union all
select send_date, targeted, blocked, sent, delivered, bounced_total, bounced_hard, bounced_soft, bounced_other, feedback_loops, unsubscribed
from mart_feed_kpis_daily
where $domain is null and feed = $feed and send_date between $from and $to
union all
select
    send_date,
    -- include ones_of_a_message
from fct_email_messages
where recipient_domain = $domain and feed = $feed and send_date between $from and $to
