select
    country,
    region,
    city,
    any_value(latitude) as latitude,
    any_value(longitude) as longitude,
    sum(opens)::bigint as opens,
    sum(clicks)::bigint as clicks
from mart_email_geography
where email_id = $id and send_date between $from and $to and ($journey is null or journey_id = $journey)
group by country, region, city
order by opens desc, country, region, city
