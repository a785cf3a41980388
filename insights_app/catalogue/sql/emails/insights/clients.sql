with
    responses as (
        select events.client, events.interaction_type
        from fct_email_events as events
        inner join fct_email_messages as messages using (message_key)
        where
            events.email_id = $id
            and messages.email_id = $id
            and events.interaction_type in ('email_opened', 'email_clicked')
            and messages.send_date between $from and $to
            and ($journey is null or messages.journey_id = $journey)
            and not ($people and events.is_machine)
    )

select
    client,
    count(case when interaction_type = 'email_opened' then 1 end) as opens,
    count(case when interaction_type = 'email_clicked' then 1 end) as clicks
from responses
group by client
order by opens desc, client
limit 12
