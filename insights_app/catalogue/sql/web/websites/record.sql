select website_id, coalesce(any_value(name), website_id) as title, any_value(hosts) as hosts
from (
    select website_id, name, hosts from dim_website where website_id = $id
    union all
    select distinct website_id, null, null from mart_website_daily where website_id = $id
)
where website_id <> 'unknown'
group by website_id
