{%- set cell = [
    "interaction_id",
    "contact_id",
    "interaction_type",
    "interaction_date",
] -%}

with
    left_behind as (select * from {{ ref("int_email_events_before") }}),

    messages as (select message_key from {{ ref("int_messages_touched") }}),

    events as (select * from {{ ref("fct_email_events") }}),

    activity_changes as (select * from {{ ref("int_activity_changes") }}),

    touched as (
        select {{ cell | join(", ") }}
        from left_behind
        where contact_id <> 'unknown'
        union
        select
            interaction_id,
            contact_id,
            interaction_type,
            {{ reporting_date("occurred_at") }} as interaction_date
        from events
        where
            message_key in (select message_key from messages)
            and contact_id <> 'unknown'
        union
        select {{ cell | join(", ") }}
        from activity_changes
        where contact_id is not null
    )

select {{ cell | join(", ") }}
from touched
