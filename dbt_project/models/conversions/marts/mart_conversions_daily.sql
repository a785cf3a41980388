{%- set keys = [
    "conversion_date",
    "last_touch_type",
    "last_touch_email_id",
    "last_touch_journey_id",
    "last_touch_campaign",
    "currency",
] -%}

{{
    config(
        materialized="incremental",
        unique_key=keys,
        meta=follows(
            keys,
            {
                "fct_conversions": none,
                "dim_email": {
                    "through": "this",
                    "by": {"last_touch_email_id": "email_id"},
                },
                "dim_journey": {
                    "through": "this",
                    "by": {"last_touch_journey_id": "journey_id"},
                },
            },
        ),
    )
}}

with
    counted as (
        select
            {{ keys | join(", ") }},
            {{ kpi_counts("conversions") }},
            {{ sum_of_amounts("amount") }} as amount
        from {{ ref("fct_conversions") }} as conversions
        where {{ is_touched("conversions") }}
        group by {{ keys | join(", ") }}
    ),

    emails as (select * from {{ ref("dim_email") }}),

    journeys as (select * from {{ ref("dim_journey") }})

select
    counted.conversion_date,
    counted.last_touch_type,
    counted.last_touch_email_id,
    emails.name as last_touch_email_name,
    counted.last_touch_journey_id,
    journeys.name as last_touch_journey_name,
    counted.last_touch_campaign,
    counted.currency,
    counted.conversions,
    counted.amount
from counted
left join emails on counted.last_touch_email_id = emails.email_id
left join journeys on counted.last_touch_journey_id = journeys.journey_id
