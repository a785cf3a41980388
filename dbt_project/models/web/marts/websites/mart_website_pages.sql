{{
    config(
        materialized="incremental",
        unique_key=["website_id", "url"],
        meta=follows(
            ["website_id"],
            {"fct_website_visits": none, "dim_website": renamed("website_id")},
        ),
    )
}}

with
    websites as (select * from {{ ref("dim_website") }}),

    visits as ({{ rows_to_count("fct_website_visits", "website_id") }}),

    pages as (
        select
            website_id,
            page_address as url,
            {{ kpi_counts("website_visits") }},
            max(occurred_at) as last_visit_at
        from visits
        group by website_id, page_address
    ),

    counted as (
        select
            website_id,
            url,
            {{ kpi_names("website_visits") }},
            last_visit_at,
            cast(
                row_number() over (
                    partition by website_id order by visits desc, url
                ) as {{ sql_type("bigint") }}
            ) as page_rank
        from pages
    )

select counted.*, websites.name as website_name
from counted
left join websites on counted.website_id = websites.website_id
