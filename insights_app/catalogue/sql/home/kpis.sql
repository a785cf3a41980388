select
    sum(sent)::bigint as sent,
    sum(delivered)::bigint as delivered,
    sum(bounced_total)::bigint as bounced_total,
    sum(bounced_hard)::bigint as bounced_hard,
    sum(case when $people then opened_unique_human else opened_unique end)::bigint as opened_unique,
    sum(case when $people then clicked_unique_human else clicked_unique end)::bigint as clicked_unique,
    sum(feedback_loops)::bigint as feedback_loops,
    sum(unsubscribed)::bigint as unsubscribed,
    sum(generated_leads)::bigint as generated_leads
from mart_email_kpis_daily
where send_date between $from and $to and ($journey is null or journey_id = $journey)
