{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["page_id", "journey_id", "interaction_date"],
        meta={
            "touched_by": "int_activity_changes",
            "touched_columns": ["page_id", "journey_id", "interaction_date"],
        },
    )
}}

-- depends_on: {{ ref("int_activity_changes") }}
with
    visits as (
        {{
            rows_to_count(
                "fct_page_visits",
                "page_id",
                ["page_id", "journey_id", "interaction_date"],
            )
        }}
    ),

    submissions as (
        {{
            rows_to_count(
                "fct_form_submissions",
                "page_id",
                ["page_id", "journey_id", "interaction_date"],
            )
        }}
    ),

    totals as (
        {{
            visits_and_submissions(
                ["page_id", "journey_id", "interaction_date"],
                "visits",
                "submissions",
                "page_visits",
            )
        }}
    )

select
    page_id,
    journey_id,
    interaction_date,
    {{ kpi_names("page_visits") }},
    {{ kpi_names("form_submissions") }}
from totals
