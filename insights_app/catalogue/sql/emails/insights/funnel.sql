select
    sum(targeted)::bigint as targeted,
    sum(blocked)::bigint as blocked,
    sum(sending_failed)::bigint as sending_failed,
    sum(sent)::bigint as sent,
    sum(bounced_hard)::bigint as bounced_hard,
    sum(bounced_soft)::bigint as bounced_soft,
    sum(bounced_total)::bigint as bounced_total,
    sum(delivered)::bigint as delivered,
    sum(case when $people then opened_unique_human else opened_unique end)::bigint as opened_unique,
    sum(case when $people then clicked_unique_human else clicked_unique end)::bigint as clicked_unique,
    sum(case when $people then opened_total_human else opened_total end)::bigint as opened_total,
    sum(case when $people then clicked_total_human else clicked_total end)::bigint as clicked_total,
    sum(feedback_loops)::bigint as feedback_loops,
    sum(unsubscribed)::bigint as unsubscribed,
    sum(forwarded)::bigint as forwarded,
    sum(generated_leads)::bigint as generated_leads
from mart_email_kpis_daily
where email_id = $id and send_date between $from and $to and ($journey is null or journey_id = $journey)
