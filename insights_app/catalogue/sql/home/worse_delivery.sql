with
    days as (select $from::date as first, $to::date as last),

    periods as (
        select
            messages.recipient_domain,
            messages.send_date >= days.first as is_now,
            count(case when messages.was_sent then 1 end) as sent,
            count(case when messages.was_bounced then 1 end) as bounced
        from fct_email_messages as messages, days
        where
            messages.send_date between days.first - (days.last - days.first + 1)::int and days.last
            and ($journey is null or messages.journey_id = $journey)
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
