select count(*) as clicks, count(distinct visitor_key) as clickers
from fct_redirect_clicks
where redirect_url_id = $id and click_date between $from and $to and not ($people and is_machine)
