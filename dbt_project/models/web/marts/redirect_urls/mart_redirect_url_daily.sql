{{
    config(
        materialized="incremental",
        unique_key=["redirect_url_id", "click_date"],
        meta=follows(
            ["redirect_url_id", "click_date"], {"fct_redirect_clicks": none}
        ),
    )
}}

with clicks as ({{ rows_to_count("fct_redirect_clicks", "redirect_url_id") }})

select redirect_url_id, click_date, {{ kpi_counts("redirect_clicks") }}
from clicks
group by redirect_url_id, click_date
