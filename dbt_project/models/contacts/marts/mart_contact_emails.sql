{{ config(materialized="view") }}

with messages as (select * from {{ ref("fct_email_messages") }})

select
    contact_id,
    message_key,
    email_id,
    journey_id,
    tile_id,
    recipient_domain,
    sent_at,
    delivery_status,
    reason,
    first_opened_at,
    opened_total as opens,
    first_clicked_at,
    clicked_total as clicks,
    forwarded,
    cast(was_feedback_loop as {{ sql_type("bigint") }}) as complained,
    cast(was_unsubscribed as {{ sql_type("bigint") }}) as unsubscribed
from messages
