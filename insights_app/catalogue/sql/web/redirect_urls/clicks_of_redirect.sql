select occurred_at, contact_id, url, referrer, country, is_machine
from fct_redirect_clicks
where redirect_url_id = $id and click_date between $from and $to and not ($people and is_machine)
