{{
    config(
        materialized="incremental",
        unique_key=["website_id", "visit_date", "country", "region", "city"],
        meta=follows(["website_id", "visit_date"], {"fct_website_visits": none}),
    )
}}

with visits as ({{ rows_to_count("fct_website_visits", "website_id") }})

select
    website_id,
    visit_date,
    country,
    region,
    city,
    {{ kpi_counts("website_visits") }},
    {{ typical_coordinate("latitude") }} as latitude,
    {{ typical_coordinate("longitude") }} as longitude
from visits
group by website_id, visit_date, country, region, city
