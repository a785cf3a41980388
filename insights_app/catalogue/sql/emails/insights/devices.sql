select
    device,
    operating_system,
    sum(case when $people then opens_human else opens end)::bigint as opens,
    sum(case when $people then clicks_human else clicks end)::bigint as clicks
from mart_email_clients
where email_id = $id and send_date between $from and $to and ($journey is null or journey_id = $journey)
group by device, operating_system
having opens + clicks > 0
