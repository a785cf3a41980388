select
    cast(occurred_at as date) as day,
    count(case when interaction_type = 'email_opened' then 1 end) as opens,
    count(case when interaction_type = 'email_clicked' then 1 end) as clicks
from fct_email_events
where
    email_id = $id
    and interaction_type in ('email_opened', 'email_clicked')
    and cast(occurred_at as date) between $from and $to
    and ($journey is null or journey_id = $journey)
    and not ($people and is_machine)
group by day
order by day
