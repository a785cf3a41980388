{{
    config(
        materialized="incremental",
        unique_key="page_id",
        meta=follows(
            ["page_id"],
            {
                "fct_page_visits": none,
                "fct_form_submissions": none,
                "dim_page": renamed("page_id"),
            },
        ),
    )
}}

with
    named_pages as (select * from {{ ref("dim_page") }}),

    visits as ({{ rows_to_count("fct_page_visits", "page_id") }}),

    submissions as ({{ rows_to_count("fct_form_submissions", "page_id") }}),

    totals as (
        {{
            visits_and_submissions(
                ["page_id"], "visits", "submissions", "page_visits"
            )
        }}
    ),

    counted as (
        select
            page_id,
            {{ kpi_names("page_visits") }},
            {{ kpi_names("form_submissions") }},
            {{ kpi_rates() }}
        from totals
    )

select counted.*, named_pages.name as page_name
from counted
left join named_pages on counted.page_id = named_pages.page_id
