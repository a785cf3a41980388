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
    coalesce(min(link_name), link_url) as link,
    count(*) as clicks_total,
    count(distinct message_key) as clicks_unique
from clicks
group by link_url
order by clicks_total desc, link_url
limit 10
