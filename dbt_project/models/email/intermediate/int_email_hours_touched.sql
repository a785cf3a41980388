{%- set hour = ["email_id", "journey_id", "interaction_hour"] -%}

with
    left_behind as (select * from {{ ref("int_email_events_before") }}),

    messages as (select message_key from {{ ref("int_messages_touched") }}),

    events as (
        select
            message_key,
            email_id,
            journey_id,
            {{ utc_hour("occurred_at") }} as interaction_hour
        from {{ ref("fct_email_events") }}
    ),

    touched as (
        select {{ hour | join(", ") }}
        from left_behind
        union
        select {{ hour | join(", ") }}
        from events
        where message_key in (select message_key from messages)
    )

select {{ hour | join(", ") }}
from touched
