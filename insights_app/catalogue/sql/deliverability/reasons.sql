select
    case delivery_status when 'bounced_hard' then 'hard bounce' when 'bounced_soft' then 'soft bounce'
        when 'bounced_other' then 'other bounce' when 'sending_failed' then 'sending failed' else delivery_status end as outcome,
    coalesce(reason, 'none given') as reason,
    count(*) as messages,
    count(distinct recipient_domain) as domains
from fct_email_messages
where
    send_date between $from and $to
    and delivery_status <> 'delivered'
    and ($domain is null or recipient_domain = $domain)
    and ($feed is null or feed = $feed)
group by all
