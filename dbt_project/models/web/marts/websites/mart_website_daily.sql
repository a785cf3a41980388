{{
    config(
        materialized="incremental",
        unique_key=["website_id", "visit_date"],
        meta=follows(
            ["website_id", "visit_date"],
            {"fct_website_visits": none, "dim_website": renamed("website_id")},
        ),
    )
}}

with
    websites as (select * from {{ ref("dim_website") }}),

    visits as ({{ rows_to_count("fct_website_visits", "website_id") }}),

    counted as (
        select website_id, visit_date, {{ kpi_counts("website_visits") }}
        from visits
        group by website_id, visit_date
    )

select counted.*, websites.name as website_name
from counted
left join websites on counted.website_id = websites.website_id
