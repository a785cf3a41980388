select
    country,
    region,
    city,
    any_value(latitude) as latitude,
    any_value(longitude) as longitude,
    sum(case when $people then visits_human else visits end)::bigint as visits
from mart_website_geography
where website_id = $id and visit_date between $from and $to
group by country, region, city
order by visits desc, country, region, city
