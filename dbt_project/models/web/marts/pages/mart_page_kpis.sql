{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key="page_id",
        meta={
            "touched_by": "int_activity_changes",
            "touched_columns": ["page_id"],
        },
    )
}}

-- depends_on: {{ ref("int_activity_changes") }}
with
    visits as ({{ rows_to_count("fct_page_visits", "page_id", ["page_id"]) }}),

    submissions as (
        {{ rows_to_count("fct_form_submissions", "page_id", ["page_id"]) }}
    ),

    totals as (
        {{
            visits_and_submissions(
                ["page_id"], "visits", "submissions", "page_visits"
            )
        }}
    )

select
    page_id,
    {{ kpi_names("page_visits") }},
    {{ kpi_names("form_submissions") }},
    {{ kpi_rates() }}
from totals
