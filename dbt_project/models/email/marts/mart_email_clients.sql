{{
    config(
        materialized="incremental",
        unique_key=[
            "email_id",
            "journey_id",
            "send_date",
            "device",
            "client",
            "operating_system",
        ],
        meta=follows(
            ["email_id", "journey_id", "send_date"],
            {
                "fct_email_messages": none,
                "fct_email_events": {
                    "through": "fct_email_messages",
                    "by": {"message_key": "message_key"},
                },
                "dim_email": renamed("email_id"),
                "dim_journey": renamed("journey_id"),
            },
        ),
    )
}}

with
    emails as (select * from {{ ref("dim_email") }}),

    journeys as (select * from {{ ref("dim_journey") }}),

    events as (select * from {{ ref("fct_email_events") }}),

    messages as (
        select messages.*
        from {{ ref("fct_email_messages") }} as messages
        where {{ is_touched("messages") }}
    ),

    responses as (
        select events.*, messages.send_date
        from events
        inner join messages on events.message_key = messages.message_key
        where events.interaction_type in ('email_opened', 'email_clicked')
    ),

    counted as (
        select
            email_id,
            journey_id,
            send_date,
            device,
            client,
            operating_system,
            {{ kpi_counts("email_events") }}
        from responses
        group by email_id, journey_id, send_date, device, client, operating_system
    )

select counted.*, emails.name as email_name, journeys.name as journey_name
from counted
left join emails on counted.email_id = emails.email_id
left join journeys on counted.journey_id = journeys.journey_id
