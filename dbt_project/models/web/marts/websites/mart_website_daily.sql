{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["website_id", "visit_date"],
        meta={
            "touched_by": "int_website_visits_touched",
            "touched_columns": ["website_id", "visit_date"],
        },
    )
}}

-- depends_on: {{ ref("int_website_visits_touched") }}
with
    visits as (
        {{
            rows_to_count(
                "fct_website_visits",
                "website_id",
                ["website_id", "visit_date"],
                touched_by="int_website_visits_touched",
            )
        }}
    )

select website_id, visit_date, {{ kpi_counts("website_visits") }}
from visits
group by website_id, visit_date
