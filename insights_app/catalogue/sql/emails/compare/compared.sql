select
    records.email_id as record,
    coalesce(emails.name, records.email_id) as name,
    sum(daily.targeted)::bigint as targeted,
    sum(daily.blocked)::bigint as blocked,
    sum(daily.sending_failed)::bigint as sending_failed,
    sum(daily.sent)::bigint as sent,
    sum(daily.bounced_hard)::bigint as bounced_hard,
    sum(daily.bounced_soft)::bigint as bounced_soft,
    sum(daily.bounced_total)::bigint as bounced_total,
    sum(daily.delivered)::bigint as delivered,
    sum(case when $people then daily.opened_unique_human else daily.opened_unique end)::bigint as opened_unique,
    sum(case when $people then daily.clicked_unique_human else daily.clicked_unique end)::bigint as clicked_unique,
    sum(case when $people then daily.opened_total_human else daily.opened_total end)::bigint as opened_total,
    sum(case when $people then daily.clicked_total_human else daily.clicked_total end)::bigint as clicked_total,
    sum(daily.feedback_loops)::bigint as feedback_loops,
    sum(daily.unsubscribed)::bigint as unsubscribed,
    sum(daily.forwarded)::bigint as forwarded,
    sum(daily.generated_leads)::bigint as generated_leads
from (
    select $id as email_id, 1 as place
    union all
    select $other, 2 where $other is not null
) as records
left join dim_email as emails using (email_id)
left join mart_email_kpis_daily as daily
    on records.email_id = daily.email_id
    and daily.send_date between $from and $to
    and ($journey is null or daily.journey_id = $journey)
where $other is not null
group by records.email_id, name, records.place
order by records.place
