with
    links as (
        select
            link_url,
            sum(case when $people then clicks_total_human else clicks_total end)::bigint as clicks_total,
            sum(case when $people then clicks_unique_human else clicks_unique end)::bigint as clicks_unique
        from mart_email_links_daily
        where
            email_id = $id and send_date between $from and $to and ($journey is null or journey_id = $journey)
        group by link_url
    ),

    clickers as (
        select sum(case when $people then clicked_unique_human else clicked_unique end) as clicked_unique
        from mart_email_kpis_daily
        where
            email_id = $id and send_date between $from and $to and ($journey is null or journey_id = $journey)
    ),

    clicked as (
        select
            links.link_url,
            names.link_name,
            links.clicks_total,
            links.clicks_unique,
            links.clicks_unique / (select clicked_unique from clickers) as click_through_rate
        from links
        left join mart_email_links as names on names.email_id = $id and names.link_url = links.link_url
        where links.clicks_total > 0
    )

select (select html from dim_email where email_id = $id) as html, clicked.*
from (select 1) as message
left join clicked on true
order by clicked.clicks_total desc, clicked.link_url
