select occurred_at, contact_id, page_id, url, referrer, country, is_machine
from fct_form_visits
where form_id = $id and interaction_date between $from and $to and not ($people and is_machine)
