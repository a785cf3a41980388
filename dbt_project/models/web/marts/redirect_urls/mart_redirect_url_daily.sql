{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["redirect_url_id", "click_date"],
        meta={
            "touched_by": "int_activity_changes",
            "touched_columns": ["redirect_url_id", "click_date"],
        },
    )
}}

-- depends_on: {{ ref("int_activity_changes") }}
with
    clicks as (
        {{
            rows_to_count(
                "fct_redirect_clicks",
                "redirect_url_id",
                ["redirect_url_id", "click_date"],
            )
        }}
    )

select redirect_url_id, click_date, {{ kpi_counts("redirect_clicks") }}
from clicks
group by redirect_url_id, click_date
