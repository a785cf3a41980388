select links.link_url, coalesce(names.link_name, links.link_url) as link, links.clicks_total, links.clicks_unique
from (
    select link_url, sum(clicks_total)::bigint as clicks_total, sum(clicks_unique)::bigint as clicks_unique
    from mart_email_links_daily
    where email_id = $id and send_date between $from and $to and ($journey is null or journey_id = $journey)
    group by link_url
) as links
left join mart_email_links as names on names.email_id = $id and names.link_url = links.link_url
order by links.clicks_total desc, links.link_url
limit 10
