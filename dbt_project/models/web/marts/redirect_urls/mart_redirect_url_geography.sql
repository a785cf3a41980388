{{
    config(
        materialized="incremental",
        unique_key=["redirect_url_id", "click_date", "country", "region", "city"],
        meta=follows(
            ["redirect_url_id", "click_date"],
            {
                "fct_redirect_clicks": none,
                "dim_redirect_url": renamed("redirect_url_id"),
            },
        ),
    )
}}

with
    redirect_urls as (select * from {{ ref("dim_redirect_url") }}),

    clicks as ({{ rows_to_count("fct_redirect_clicks", "redirect_url_id") }}),

    counted as (
        select
            redirect_url_id,
            click_date,
            country,
            region,
            city,
            {{ kpi_counts("redirect_clicks") }},
            {{ typical_coordinate("latitude") }} as latitude,
            {{ typical_coordinate("longitude") }} as longitude
        from clicks
        group by redirect_url_id, click_date, country, region, city
    )

select counted.*, redirect_urls.name as redirect_url_name
from counted
left join redirect_urls on counted.redirect_url_id = redirect_urls.redirect_url_id
