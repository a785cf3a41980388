select
    country,
    region,
    city,
    any_value(latitude) as latitude,
    any_value(longitude) as longitude,
    sum(case when $people then opens_human else opens end)::bigint as opens,
    sum(case when $people then clicks_human else clicks end)::bigint as clicks
from mart_email_geography
where email_id = $id and send_date between $from and $to and ($journey is null or journey_id = $journey)
group by country, region, city
having opens + clicks > 0
order by opens desc, country, region, city
