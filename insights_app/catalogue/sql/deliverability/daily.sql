-- Summed from the mart of what is chosen; only where both are, from the messages themselves.
with counted as (
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
        1 as targeted,
        cast(was_blocked as int) as blocked,
        cast(was_sent as int) as sent,
        cast(was_delivered as int) as delivered,
        cast(was_bounced as int) as bounced_total,
        cast(was_bounced_hard as int) as bounced_hard,
        cast(was_bounced_soft as int) as bounced_soft,
        cast(was_bounced_other as int) as bounced_other,
        cast(was_feedback_loop as int) as feedback_loops,
        cast(was_unsubscribed as int) as unsubscribed
    from fct_email_messages
    where recipient_domain = $domain and feed = $feed and send_date between $from and $to
),

days as (
    select
        send_date as day,
        sum(targeted)::bigint as targeted,
        sum(blocked)::bigint as blocked,
        sum(sent)::bigint as sent,
        sum(delivered)::bigint as delivered,
        sum(bounced_total)::bigint as bounced_total,
        sum(bounced_hard)::bigint as bounced_hard,
        sum(bounced_soft)::bigint as bounced_soft,
        sum(bounced_other)::bigint as bounced_other,
        sum(feedback_loops)::bigint as feedback_loops,
        sum(unsubscribed)::bigint as unsubscribed
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
