select occurred_at, contact_id, url, referrer, country, is_machine
from fct_page_visits
where
    page_id = $id
    and interaction_date between $from and $to
    and ($journey is null or journey_id = $journey)
    and not ($people and is_machine)
