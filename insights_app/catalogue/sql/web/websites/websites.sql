select
    daily.website_id,
    coalesce(websites.name, daily.website_id) as website,
    websites.hosts,
    sum(daily.visits)::bigint as visits,
    sum(daily.visits_human)::bigint as visits_human,
    sum(daily.sessions)::bigint as sessions
from mart_website_daily as daily
left join dim_website as websites using (website_id)
group by all
