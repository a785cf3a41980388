{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["website_id", "visit_date", "country", "region", "city"],
        meta={
            "touched_by": "int_activity_changes",
            "touched_columns": [
                "website_id",
                "visit_date",
                "country",
                "region",
                "city",
            ],
        },
    )
}}

-- depends_on: {{ ref("int_activity_changes") }}
with
    visits as (
        {{
            rows_to_count(
                "fct_website_visits",
                "website_id",
                ["website_id", "visit_date", "country", "region", "city"],
            )
        }}
    )

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
