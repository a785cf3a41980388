select send_date as day, sum(delivered)::bigint as delivered, sum(bounced_total)::bigint as bounced_total
from mart_email_kpis_daily
where send_date between $from and $to and ($journey is null or journey_id = $journey)
group by day
order by day
