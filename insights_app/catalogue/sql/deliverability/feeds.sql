with counted as (
    select feed, targeted, blocked, sent, delivered, bounced_total, bounced_hard, bounced_soft, bounced_other, feedback_loops, unsubscribed
    from mart_feed_kpis_daily
    where $domain is null and send_date between $from and $to
    union all
    select
        feed,
        -- include ones_of_a_message
    from fct_email_messages
    where recipient_domain = $domain and send_date between $from and $to
)

select
    feed,
    -- include sums_of_deliverability
from counted
group by feed
