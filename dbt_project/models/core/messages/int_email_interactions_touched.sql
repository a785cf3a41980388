{{ config(meta=follows(none, {"int_messages_touched": none})) }}

with
    messages as (
        select message_key from {{ changes_of("int_messages_touched") }} as changed
    ),

    interactions as (select * from {{ ref("int_email_interactions") }})

select *
from interactions
where message_key in (select message_key from messages)
