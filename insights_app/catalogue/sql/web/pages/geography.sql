select
    country,
    region,
    city,
    any_value(latitude) as latitude,
    any_value(longitude) as longitude,
    sum(case when $people then visits_human else visits end)::bigint as visits,
    sum(submissions)::bigint as submissions
from mart_page_geography
where page_id = $id and interaction_date between $from and $to and ($journey is null or journey_id = $journey)
group by country, region, city
order by visits desc, country, region, city
