{{
    config(
        materialized="incremental",
        unique_key=["website_id", "visit_date"],
        meta=follows(["website_id", "visit_date"], {"fct_website_visits": none}),
    )
}}

with visits as ({{ rows_to_count("fct_website_visits", "website_id") }})

select website_id, visit_date, {{ kpi_counts("website_visits") }}
from visits
group by website_id, visit_date
