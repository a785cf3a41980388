select client, sum(opens)::bigint as opens, sum(clicks)::bigint as clicks
from mart_email_clients
where email_id = $id and send_date between $from and $to and ($journey is null or journey_id = $journey)
group by client
order by opens desc, client
limit 12
