{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key="form_id",
        meta={
            "touched_by": "int_activity_changes",
            "touched_columns": ["form_id"],
        },
    )
}}

-- depends_on: {{ ref("int_activity_changes") }}
with
    visits as ({{ rows_to_count("fct_form_visits", "form_id", ["form_id"]) }}),

    submissions as (
        {{ rows_to_count("fct_form_submissions", "form_id", ["form_id"]) }}
    ),

    totals as (
        {{
            visits_and_submissions(
                ["form_id"], "visits", "submissions", "form_visits"
            )
        }}
    )

select
    form_id,
    {{ kpi_names("form_visits") }},
    {{ kpi_names("form_submissions") }},
    {{ kpi_rates() }}
from totals
