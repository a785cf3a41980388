select
    sum(sent)::bigint as sent,
    sum(delivered)::bigint as delivered,
    sum(bounced_total)::bigint as bounced_total,
    sum(bounced_hard)::bigint as bounced_hard,
    sum(bounced_soft)::bigint as bounced_soft,
    sum(blocked)::bigint as blocked,
    sum(targeted)::bigint as targeted,
    sum(feedback_loops)::bigint as feedback_loops,
    sum(unsubscribed)::bigint as unsubscribed
from mart_email_kpis_daily
where send_date between $from and $to
