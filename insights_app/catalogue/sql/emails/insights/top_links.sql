select
    links.link_url,
    coalesce(names.link_name, links.link_url) as link,
    links.clicks_total,
    links.clicks_unique
from (
    select
        link_url,
        sum(case when $people then clicks_total_human else clicks_total end)::bigint as clicks_total,
        sum(case when $people then clicks_unique_human else clicks_unique end)::bigint as clicks_unique
    from mart_email_links_daily
    where email_id = $id and send_date between $from and $to and ($journey is null or journey_id = $journey)
    group by link_url
) as links
left join mart_email_links as names on names.email_id = $id and names.link_url = links.link_url
where links.clicks_total > 0
order by links.clicks_total desc, links.link_url
limit 10
