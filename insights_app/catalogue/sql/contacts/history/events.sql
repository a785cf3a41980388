select
    coalesce(events.name, participations.event_id) as event,
    participations.registered_at,
    participations.cancelled_at,
    participations.checked_in_at
from fct_event_participations as participations
left join dim_event as events using (event_id)
where participations.contact_id = $id
