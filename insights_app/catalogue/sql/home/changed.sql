with
    periods as (
        select
            email_id,
            send_date >= $from as is_now,
            sum(delivered) as delivered,
            sum(case when $people then opened_unique_human else opened_unique end) as opened,
            sum(case when $people then clicked_unique_human else clicked_unique end) as clicked,
            sum(unsubscribed) as unsubscribed
        from mart_email_kpis_daily
        where
            send_date between $from::date - ($to::date - $from::date + 1)::int and $to
            and ($journey is null or journey_id = $journey)
        group by all
    ),

    counts as (
        select email_id, is_now, 'open_rate' as kpi, opened as part, delivered as whole from periods
        union all
        select email_id, is_now, 'click_rate', clicked, delivered from periods
        union all
        select email_id, is_now, 'unsubscribe_rate', unsubscribed, delivered from periods
    ),

    compared as (
        select
            now.email_id,
            now.kpi,
            now.part::bigint as part,
            now.whole::bigint as whole,
            now.part / now.whole as rate,
            before.part / before.whole as rate_before,
            (now.part + before.part) / (now.whole + before.whole) as pooled,
            1 / now.whole + 1 / before.whole as of_whole,
            least(now.whole, before.whole) as least_whole
        from counts as now
        inner join counts as before on now.email_id = before.email_id and now.kpi = before.kpi
        where now.is_now and not before.is_now and now.whole > 0 and before.whole > 0
    ),

    judged as (
        select *, abs(rate - rate_before) / sqrt(nullif(greatest(pooled * (1 - pooled), 0), 0) * of_whole) as deviations
        from compared
    )

select
    judged.email_id,
    coalesce(emails.name, judged.email_id) as email,
    judged.kpi,
    judged.rate,
    judged.rate_before,
    judged.rate - judged.rate_before as change_rate,
    judged.part,
    judged.whole,
    judged.deviations,
    -- Where fewer than five would be expected on a side, the test says nothing.
    coalesce(judged.deviations >= 1.96 and least(pooled, 1 - pooled) * least_whole >= 5, false) as is_beyond_chance
from judged
left join dim_email as emails using (email_id)
where judged.rate <> judged.rate_before
order by judged.deviations desc nulls last, email, judged.email_id, judged.kpi
limit 12
