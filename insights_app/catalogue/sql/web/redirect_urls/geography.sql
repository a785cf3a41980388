select
    country,
    region,
    city,
    any_value(latitude) as latitude,
    any_value(longitude) as longitude,
    sum(case when $people then clicks_human else clicks end)::bigint as clicks
from mart_redirect_url_geography
where redirect_url_id = $id and click_date between $from and $to
group by country, region, city
order by clicks desc, country, region, city
