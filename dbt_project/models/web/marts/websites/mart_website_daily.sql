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

select
    website_id,
    visit_date,
    {{ event_counts("visits", "visitors") }},
    count(case when is_session_start then 1 end) as sessions
from visits
group by website_id, visit_date
