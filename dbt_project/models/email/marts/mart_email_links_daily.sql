{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        unique_key=["email_id", "journey_id", "link_url", "send_date"],
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

    clicks as (
        select events.*, messages.send_date
        from events
        inner join messages on events.message_key = messages.message_key
        where events.interaction_type = 'email_clicked'
    )

select
    email_id,
    journey_id,
    link_url,
    send_date,
    count(*) as clicks_total,
    count(distinct message_key) as clicks_unique
from clicks
group by email_id, journey_id, link_url, send_date
