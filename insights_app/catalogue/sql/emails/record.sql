select
    email_id,
    coalesce(name, email_id) as title,
    subject,
    (select count(distinct journey_id) from mart_email_journey_kpis where email_id = $id) as journeys,
    (select min(send_date) from mart_email_kpis_daily where email_id = $id) as first_sent
from (
    select email_id, name, subject from dim_email where email_id = $id
    union all
    select email_id, email_name, subject from mart_email_kpis where email_id = $id
)
order by name nulls last
limit 1
