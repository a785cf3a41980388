select
    cast(occurred_at as date) as day,
    count(case when interaction_type = 'email_sent' then 1 end) as sent,
    count(case when interaction_type = 'email_delivered' then 1 end) as delivered,
    count(case when interaction_type = 'email_bounced' then 1 end) as bounced,
    count(case when interaction_type = 'email_unsubscribed' then 1 end) as unsubscribed
from fct_email_events
where
    email_id = $id
    and cast(occurred_at as date) between $from and $to
    and ($journey is null or journey_id = $journey)
    and not ($people and is_machine)
group by day
order by day
