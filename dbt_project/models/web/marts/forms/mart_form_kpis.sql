{{
    config(
        materialized="incremental",
        unique_key="form_id",
        meta=follows(
            ["form_id"],
            {
                "fct_form_visits": none,
                "fct_form_submissions": none,
                "dim_form": renamed("form_id"),
            },
        ),
    )
}}

with
    forms as (select * from {{ ref("dim_form") }}),

    visits as ({{ rows_to_count("fct_form_visits", "form_id") }}),

    submissions as ({{ rows_to_count("fct_form_submissions", "form_id") }}),

    totals as (
        {{
            visits_and_submissions(
                ["form_id"], "visits", "submissions", "form_visits"
            )
        }}
    ),

    counted as (
        select
            form_id,
            {{ kpi_names("form_visits") }},
            {{ kpi_names("form_submissions") }},
            {{ kpi_rates() }}
        from totals
    )

select counted.*, forms.name as form_name
from counted
left join forms on counted.form_id = forms.form_id
