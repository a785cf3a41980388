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
    count(*) as visits,
    count(case when not is_machine then 1 end) as visits_human,
    {{ typical_coordinate("latitude") }} as latitude,
    {{ typical_coordinate("longitude") }} as longitude
from visits
group by website_id, visit_date, country, region, city
