select
    kpis.email_id,
    coalesce(kpis.email_name, kpis.email_id) as email,
    kpis.subject,
    (select max(daily.send_date) from mart_email_kpis_daily as daily where daily.email_id = kpis.email_id)
        as last_send_date,
    kpis.sent,
    kpis.delivered,
    kpis.bounced_total,
    kpis.opened_unique,
    kpis.clicked_unique,
    kpis.unsubscribed,
    kpis.generated_leads
from mart_email_kpis as kpis
