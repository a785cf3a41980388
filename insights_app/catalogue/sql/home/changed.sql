with
    days as (select $from::date as first, $to::date as last),

    periods as (
        select
            daily.email_id,
            daily.send_date >= days.first as is_now,
            sum(daily.delivered) as delivered,
            sum(case when $people then daily.opened_unique_human else daily.opened_unique end) as opened
        from mart_email_kpis_daily as daily, days
        where
            daily.send_date between days.first - (days.last - days.first + 1)::int and days.last
            and ($journey is null or daily.journey_id = $journey)
        group by all
    ),

    compared as (
        select
            now.email_id,
            now.delivered::bigint as delivered,
            before.delivered::bigint as delivered_before,
            now.opened / now.delivered as open_rate,
            before.opened / before.delivered as open_rate_before,
            (now.opened + before.opened) / (now.delivered + before.delivered) as pooled
        from periods as now
        inner join periods as before on now.email_id = before.email_id
        where now.is_now and not before.is_now and now.delivered > 0 and before.delivered > 0
    )

select
    compared.email_id,
    coalesce(emails.name, compared.email_id) as email,
    compared.delivered,
    compared.delivered_before,
    compared.open_rate,
    compared.open_rate_before,
    abs(compared.open_rate - compared.open_rate_before)
    / nullif(sqrt(pooled * (1 - pooled) * (1 / compared.delivered + 1 / compared.delivered_before)), 0)
        as standard_deviations
from compared
left join dim_email as emails using (email_id)
