select
    delivery_status as outcome,
    coalesce(reason, '') as reason,
    count(*) as messages,
    count(distinct recipient_domain) as domains
from fct_email_messages
where
    send_date between $from and $to
    and delivery_status <> 'delivered'
    and ($domain is null or recipient_domain = $domain)
    and ($feed is null or feed = $feed)
group by all
