select
    cast(interaction_hour as date) as day,
    sum(case when interaction_type = 'email_sent' then interactions end)::bigint as sent,
    sum(case when interaction_type = 'email_delivered' then interactions end)::bigint as delivered,
    sum(case when interaction_type = 'email_bounced' then interactions end)::bigint as bounced,
    sum(case when interaction_type = 'email_unsubscribed' then interactions end)::bigint as unsubscribed
from mart_email_responses_hourly
where
    email_id = $id
    and cast(interaction_hour as date) between $from and $to
    and ($journey is null or journey_id = $journey)
group by day
order by day
