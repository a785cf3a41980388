with
    clicks as (
        select
            email_id = $id as is_this,
            link_url,
            sum(case when $people then clicks_unique_human else clicks_unique end)::bigint as clicks_unique
        from mart_email_links_daily
        where
            email_id in ($id, $other)
            and $other <> $id
            and send_date between $from and $to
            and ($journey is null or journey_id = $journey)
        group by all
    ),

    clickers as (
        select
            email_id = $id as is_this,
            sum(case when $people then clicked_unique_human else clicked_unique end) as clicked_unique
        from mart_email_kpis_daily
        where
            email_id in ($id, $other)
            and send_date between $from and $to
            and ($journey is null or journey_id = $journey)
        group by all
    ),

    links as (
        select
            link_url,
            coalesce(sum(case when is_this then clicks_unique end), 0)::bigint as of_this,
            coalesce(sum(case when not is_this then clicks_unique end), 0)::bigint as of_other
        from clicks
        group by link_url
        having of_this + of_other > 0
    )

select
    link_url,
    of_this,
    of_this / (select nullif(clicked_unique, 0) from clickers where is_this) as of_this_rate,
    of_other,
    of_other / (select nullif(clicked_unique, 0) from clickers where not is_this) as of_other_rate
from links
