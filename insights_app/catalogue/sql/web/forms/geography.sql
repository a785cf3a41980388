select country, region, city, any_value(latitude) as latitude, any_value(longitude) as longitude, count(*) as visits
from fct_form_visits
where form_id = $id and interaction_date between $from and $to and not ($people and is_machine)
group by country, region, city
order by visits desc, country, region, city
