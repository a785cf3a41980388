{{ config(materialized="view", meta={"rows_of": "fct_email_messages"}) }}

with
    messages as (select * from {{ ref("fct_email_messages") }}),

    emails as (select * from {{ ref("dim_email") }}),

    journeys as (select * from {{ ref("dim_journey") }}),

    tiles as (select * from {{ ref("dim_journey_tile") }})

select
    messages.contact_id,
    messages.message_key,
    messages.email_id,
    emails.name as email_name,
    messages.journey_id,
    journeys.name as journey_name,
    messages.tile_id,
    tiles.name as tile_name,
    messages.recipient_domain,
    messages.sent_at,
    messages.delivery_status,
    messages.reason,
    messages.first_opened_at,
    messages.opened_total as opens,
    messages.first_clicked_at,
    messages.clicked_total as clicks,
    messages.forwarded,
    cast(messages.was_feedback_loop as {{ sql_type("bigint") }}) as complained,
    cast(messages.was_unsubscribed as {{ sql_type("bigint") }}) as unsubscribed
from messages
left join emails on messages.email_id = emails.email_id
left join journeys on messages.journey_id = journeys.journey_id
left join
    tiles on messages.journey_id = tiles.journey_id and messages.tile_id = tiles.tile_id
