{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=[
            "email_id",
            "journey_id",
            "send_date",
            "country",
            "region",
            "city",
        ],
        meta={
            "touched_by": "int_email_cells_touched",
            "touched_columns": ["email_id", "journey_id", "send_date"],
        },
    )
}}

-- depends_on: {{ ref("int_email_cells_touched") }}
with
    events as (select * from {{ ref("fct_email_events") }}),

    messages as (
        select messages.*
        from {{ ref("fct_email_messages") }} as messages
        {% if is_incremental() -%}
            where
                {{
                    in_relation(
                        "messages",
                        ["email_id", "journey_id", "send_date"],
                        ref("int_email_cells_touched"),
                    )
                }}
        {%- endif %}
    ),

    responses as (
        select events.*, messages.send_date
        from events
        inner join messages on events.message_key = messages.message_key
        where events.interaction_type in ('email_opened', 'email_clicked')
    )

select
    email_id,
    journey_id,
    send_date,
    country,
    region,
    city,
    count(case when interaction_type = 'email_opened' then 1 end) as opens,
    count(case when interaction_type = 'email_clicked' then 1 end) as clicks,
    {{ typical_coordinate("latitude") }} as latitude,
    {{ typical_coordinate("longitude") }} as longitude
from responses
group by email_id, journey_id, send_date, country, region, city
