{{
    config(
        materialized="incremental",
        unique_key="form_id",
        meta=follows(
            ["form_id"], {"fct_form_visits": none, "fct_form_submissions": none}
        ),
    )
}}

with
    visits as ({{ rows_to_count("fct_form_visits", "form_id") }}),

    submissions as ({{ rows_to_count("fct_form_submissions", "form_id") }}),

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
