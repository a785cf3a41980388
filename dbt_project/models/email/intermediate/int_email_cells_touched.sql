{%- set cell = [
    "email_id",
    "journey_id",
    "tile_id",
    "send_date",
    "recipient_domain",
] -%}

with
    refreshed as (select message_key from {{ ref("int_messages_refreshed") }}),

    left_behind as (select * from {{ ref("int_email_cells_before") }}),

    messages as (select * from {{ ref("fct_email_messages") }}),

    cells as (
        select {{ cell | join(", ") }}
        from left_behind
        union
        select {{ cell | join(", ") }}
        from messages
        where message_key in (select message_key from refreshed)
    )

select {{ cell | join(", ") }}
from cells
