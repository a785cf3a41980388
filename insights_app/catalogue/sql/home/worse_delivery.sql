with
    days as (select $from::date as first, $to::date as last),

    counted as (
        select recipient_domain, send_date, sent, bounced_total
        from mart_email_domains_daily
        where $journey is null
        union all
        select recipient_domain, send_date, cast(was_sent as int), cast(was_bounced as int)
        from fct_email_messages
        where journey_id = $journey
    ),

    periods as (
        select
            counted.recipient_domain,
            counted.send_date >= days.first as is_now,
            sum(counted.sent)::bigint as sent,
            sum(counted.bounced_total)::bigint as bounced
        from counted, days
        where counted.send_date between days.first - (days.last - days.first + 1)::int and days.last
        group by all
    )

select
    now.recipient_domain,
    now.sent,
    now.bounced / now.sent as bounce_rate,
    before.bounced / before.sent as bounce_rate_before,
    now.bounced / now.sent - before.bounced / before.sent as worse_by_rate
from periods as now
inner join periods as before on now.recipient_domain = before.recipient_domain
where
    now.is_now
    and not before.is_now
    and now.sent > 0
    and before.sent > 0
    and now.bounced / now.sent > before.bounced / before.sent
