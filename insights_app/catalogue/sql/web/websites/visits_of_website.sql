select occurred_at, contact_id, url, referrer, country, is_session_start, is_machine
from fct_website_visits
where website_id = $id and visit_date between $from and $to and not ($people and is_machine)
