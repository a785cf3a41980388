select
    events.occurred_at,
    events.interaction_type,
    events.contact_id,
    events.link_url,
    events.bounce_type,
    events.reason,
    events.country,
    events.client,
    events.is_machine
from fct_email_events as events
where
    events.email_id = $id
    and cast(events.occurred_at as date) between $from and $to
    and ($journey is null or events.journey_id = $journey)
    and not ($people and events.is_machine)
