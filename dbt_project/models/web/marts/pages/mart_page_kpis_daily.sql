{{
    config(
        materialized="incremental",
        unique_key=["page_id", "journey_id", "interaction_date"],
        meta=follows(
            ["page_id", "journey_id", "interaction_date"],
            {"fct_page_visits": none, "fct_form_submissions": none},
        ),
    )
}}

with
    visits as ({{ rows_to_count("fct_page_visits", "page_id") }}),

    submissions as ({{ rows_to_count("fct_form_submissions", "page_id") }}),

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
