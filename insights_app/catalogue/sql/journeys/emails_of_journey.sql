select
    daily.email_id,
    coalesce(emails.name, daily.email_id) as email,
    emails.subject,
    sum(daily.sent)::bigint as sent,
    sum(daily.delivered)::bigint as delivered,
    sum(daily.bounced_total)::bigint as bounced_total,
    sum(case when $people then daily.opened_unique_human else daily.opened_unique end)::bigint as opened_unique,
    sum(case when $people then daily.clicked_unique_human else daily.clicked_unique end)::bigint
        as clicked_unique,
    sum(daily.unsubscribed)::bigint as unsubscribed
from mart_email_kpis_daily as daily
left join dim_email as emails using (email_id)
where daily.journey_id = $id and daily.send_date between $from and $to
group by daily.email_id, email, emails.subject
