{{
    config(
        materialized="incremental",
        unique_key=["page_id", "journey_id", "interaction_date"],
        meta=follows(
            ["page_id", "journey_id", "interaction_date"],
            {
                "fct_page_visits": none,
                "fct_form_submissions": none,
                "dim_page": renamed("page_id"),
                "dim_journey": renamed("journey_id"),
            },
        ),
    )
}}

with
    named_pages as (select * from {{ ref("dim_page") }}),

    journeys as (select * from {{ ref("dim_journey") }}),

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
    ),

    counted as (
        select
            page_id,
            journey_id,
            interaction_date,
            {{ kpi_names("page_visits") }},
            {{ kpi_names("form_submissions") }}
        from totals
    )

select counted.*, named_pages.name as page_name, journeys.name as journey_name
from counted
left join named_pages on counted.page_id = named_pages.page_id
left join journeys on counted.journey_id = journeys.journey_id
