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
    ),

    compared as (
        select
            now.recipient_domain,
            now.sent,
            now.bounced / now.sent as bounce_rate,
            before.bounced / before.sent as bounce_rate_before,
            (now.bounced + before.bounced) / (now.sent + before.sent) as pooled,
            1 / now.sent + 1 / before.sent as of_sent,
            least(now.sent, before.sent) as least_sent
        from periods as now
        inner join periods as before on now.recipient_domain = before.recipient_domain
        where now.is_now and not before.is_now and now.sent > 0 and before.sent > 0
    ),

    judged as (
        select
            *,
            (bounce_rate - bounce_rate_before) / nullif(sqrt(pooled * (1 - pooled) * of_sent), 0) as deviations
        from compared
        where bounce_rate > bounce_rate_before
    )

select
    recipient_domain,
    sent,
    bounce_rate,
    bounce_rate_before,
    bounce_rate - bounce_rate_before as worse_by_rate,
    deviations,
    -- Where fewer than five would be expected on a side, the test says nothing.
    coalesce(deviations >= 1.96 and least(pooled, 1 - pooled) * least_sent >= 5, false) as is_beyond_chance
from judged
order by deviations desc nulls last, recipient_domain
limit 12
