select website_id, url, link_url, interaction_date, visits, clicks, last_at
from mart_contact_web
where contact_id = $id and interaction_date between $from and $to
