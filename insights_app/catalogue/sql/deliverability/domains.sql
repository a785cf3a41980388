with counted as (
    select recipient_domain, targeted, blocked, sent, delivered, bounced_total, bounced_hard, bounced_soft, bounced_other, feedback_loops, unsubscribed
    from mart_email_domains_daily
    where $feed is null and send_date between $from and $to
    union all
    select
        recipient_domain,
        -- include ones_of_a_message
    from fct_email_messages
    where feed = $feed and send_date between $from and $to
)

select
    recipient_domain,
    -- include sums_of_deliverability
from counted
group by recipient_domain
