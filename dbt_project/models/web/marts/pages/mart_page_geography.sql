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
            {
                "fct_page_visits": none,
                "fct_form_submissions": none,
                "dim_page": renamed("page_id"),
                "dim_journey": renamed("journey_id"),
            },
        ),
    )
}}

{%- set cell = ["page_id", "journey_id", "interaction_date"] -%}
{%- set place = cell + ["country", "region", "city"] -%}

with
    named_pages as (select * from {{ ref("dim_page") }}),

    journeys as (select * from {{ ref("dim_journey") }}),

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
    ),

    counted as (
        select
            {{ place | join(", ") }},
            count(case when is_visit then 1 end) as visits,
            count(case when is_visit and not is_machine then 1 end) as visits_human,
            count(case when not is_visit then 1 end) as submissions,
            {{ typical_coordinate("latitude") }} as latitude,
            {{ typical_coordinate("longitude") }} as longitude
        from events
        group by {{ place | join(", ") }}
    )

select counted.*, named_pages.name as page_name, journeys.name as journey_name
from counted
left join named_pages on counted.page_id = named_pages.page_id
left join journeys on counted.journey_id = journeys.journey_id
