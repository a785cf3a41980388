select delivery_status, coalesce(reason, '') as reason, count(*) as messages
from fct_email_messages
where email_id = $id and send_date between $from and $to and ($journey is null or journey_id = $journey)
group by all
