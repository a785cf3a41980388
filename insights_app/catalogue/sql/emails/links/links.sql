with
    clicks as (
        select events.link_url, events.link_name, events.message_key
        from fct_email_events as events
        inner join fct_email_messages as messages using (message_key)
        where
            events.email_id = $id
            and messages.email_id = $id
            and events.interaction_type = 'email_clicked'
            and messages.send_date between $from and $to
            and ($journey is null or messages.journey_id = $journey)
            and not ($people and events.is_machine)
    )

select
    link_url,
    min(link_name) as link_name,
    count(*) as clicks_total,
    count(distinct message_key) as clicks_unique,
    count(distinct message_key) / (select count(distinct message_key) from clicks) as click_through_rate
from clicks
group by link_url
