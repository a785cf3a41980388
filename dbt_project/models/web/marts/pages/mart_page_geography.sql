{{
    config(
        materialized="incremental",
        unique_key=[
            "page_id",
            "journey_id",
            "interaction_date",
            "country",
            "region",
            "city",
        ],
        meta=follows(
            ["page_id", "journey_id", "interaction_date"],
            {"fct_page_visits": none, "fct_form_submissions": none},
        ),
    )
}}

{%- set cell = ["page_id", "journey_id", "interaction_date"] -%}
{%- set place = cell + ["country", "region", "city"] -%}

with
    visits as ({{ rows_to_count("fct_page_visits", "page_id") }}),

    submissions as ({{ rows_to_count("fct_form_submissions", "page_id") }}),

    events as (
        select
            {{ place | join(", ") }}, latitude, longitude, is_machine, true as is_visit
        from visits
        union all
        select
            {{ place | join(", ") }}, latitude, longitude, is_machine, false as is_visit
        from submissions
    )

select
    {{ place | join(", ") }},
    count(case when is_visit then 1 end) as visits,
    count(case when is_visit and not is_machine then 1 end) as visits_human,
    count(case when not is_visit then 1 end) as submissions,
    {{ typical_coordinate("latitude") }} as latitude,
    {{ typical_coordinate("longitude") }} as longitude
from events
group by {{ place | join(", ") }}
